"""Scoring of a trained classifier."""

from .atomic_checkpoint_io import AtomicCheckpointIO
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
from .quiet_lightning import quiet_lightning
from .run_folder import RunFolder
from .trainer import build_trainer, keyboard_interrupt, score


def evaluate(
    module: ClassificationModule,
    data: ImageDataModule,
    run: RunFolder,
    *,
    devices: int | str = "auto",
    precision: str = "32-true",
    smoke: bool = False,
) -> dict[str, float]:
    """Score the last checkpoint of a run on the test images.

    Parameters
    ----------
    module
        A network of the run's form; its parameters are replaced by the run's.
    data
        The test images.
    run
        Folder of the run.
    devices, precision
        Passed to Lightning's ``Trainer``.
    smoke
        True tests two batches.

    Returns
    -------
    dict
        "accuracy" and "loss".

    Raises
    ------
    ValueError
        When the run has no checkpoint.
    """
    if not run.last_checkpoint.is_file():
        raise ValueError(f"expected a checkpoint at {run.last_checkpoint}, found none")
    checkpoint = AtomicCheckpointIO().load_checkpoint(run.last_checkpoint)
    module.load_state_dict(checkpoint["state_dict"])
    trainer = build_trainer(devices, precision, smoke, logger=False, enable_progress_bar=False)
    with quiet_lightning(), keyboard_interrupt():
        return score(trainer, module, data)
