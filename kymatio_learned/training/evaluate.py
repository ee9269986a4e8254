"""Scoring of a trained classifier."""

from .checkpoints import newest_checkpoint
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
    num_nodes: int = 1,
    strategy: str = "ddp",
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
    devices, num_nodes, strategy, precision
        See :func:`train`.
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
    found = newest_checkpoint(run.checkpoints)
    if found is None:
        raise ValueError(f"expected a checkpoint in {run.checkpoints}, found none")
    path, checkpoint = found
    module.check_fits(checkpoint["state_dict"], path)
    module.load_state_dict(checkpoint["state_dict"])
    trainer = build_trainer(
        devices=devices,
        num_nodes=num_nodes,
        strategy=strategy,
        precision=precision,
        smoke=smoke,
        logger=False,
        enable_progress_bar=False,
        enable_checkpointing=False,
    )
    with quiet_lightning(), keyboard_interrupt():
        return score(trainer, module, data)
