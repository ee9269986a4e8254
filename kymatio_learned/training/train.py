"""Training and scoring of a classifier, with everything written to a run folder."""

import importlib.metadata
import platform
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from . import figures
from .atomic_checkpoint_io import AtomicCheckpointIO
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
from .history import History
from .progress_bar import ProgressBar
from .progress_lines import ProgressLines
from .quiet_lightning import quiet_lightning
from .run_folder import RunFolder

PACKAGES = (
    "kymatio",
    "numpy",
    "pytorch-lightning",
    "scipy",
    "torch",
    "torchmetrics",
    "torchvision",
)
SMOKE_BATCHES = 2


def train(
    module: ClassificationModule,
    data: ImageDataModule,
    run: RunFolder,
    *,
    epochs: int,
    eval_every: int = 1,
    devices: int | str = "auto",
    precision: str = "32-true",
    smoke: bool = False,
) -> dict[str, Any]:
    """Train a classifier, test it, and write checkpoints, history and figures.

    A run that has a checkpoint is continued from the end of its last epoch, bit for bit as if it
    had not been interrupted (on a CPU; a GPU adds in an order of its own).

    Parameters
    ----------
    module
        The network and how to train it.
    data
        Training and test images.
    run
        Folder that everything is written to.
    epochs
        Number of epochs in all.
    eval_every
        Test after every so many epochs; the end is always tested.
    devices, precision
        Passed to Lightning's ``Trainer``.
    smoke
        True runs one epoch of two batches, to see that everything works.

    Returns
    -------
    dict
        "accuracy" and "loss" of the test images after the last epoch; "best_accuracy" of any tested
        epoch and "best_epoch"; "epochs", "seconds", "parameters", "train_images", "test_images",
        "device", "versions".

    Raises
    ------
    KeyboardInterrupt
        When the user stops the training; finished epochs are kept.
    """
    history = History(run)
    in_terminal = sys.stdout.isatty()
    progress = ProgressBar() if in_terminal else ProgressLines(history)
    trainer = _trainer(
        devices,
        precision,
        smoke,
        max_epochs=1 if smoke else epochs,
        check_val_every_n_epoch=eval_every,
        callbacks=[history, *_checkpoints(run), progress],
        enable_progress_bar=in_terminal,
        logger=TensorBoardLogger(run.path, "tensorboard", "", default_hp_metric=False),
        default_root_dir=run.path,
    )
    checkpoint = run.last_checkpoint if run.last_checkpoint.is_file() else None
    with quiet_lightning(), _keyboard_interrupt():
        trainer.fit(module, data, ckpt_path=checkpoint)
        scores = _test(trainer, module, data)
    counts = module.confusion_matrix.compute().cpu().numpy()
    tested = [row for row in history.rows if row["test_accuracy"] is not None]
    best = max(tested, key=lambda row: row["test_accuracy"] or 0.0, default=None)
    results = {
        **scores,
        "best_accuracy": best and best["test_accuracy"],
        "best_epoch": best and best["epoch"],
        "epochs": len(history.rows),
        "seconds": sum(row["seconds"] or 0.0 for row in history.rows),
        "parameters": sum(parameter.numel() for parameter in module.network.parameters()),
        "train_images": len(data.splits.train),
        "test_images": len(data.splits.test),
        "device": _device(trainer),
        "versions": _versions(),
    }
    if trainer.is_global_zero:
        run.write_figure("learning_curves.png", figures.learning_curves(history.rows))
        confusion = figures.confusion_matrix(counts, data.splits.classes)
        run.write_figure("confusion_matrix.png", confusion)
        layers = getattr(module.network, "layers", ())
        if operators := [layer.wavelets for layer in layers if hasattr(layer, "wavelets")]:
            run.write_figure("wavelets.png", figures.wavelets(operators))
    return results


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
    trainer = _trainer(devices, precision, smoke, logger=False, enable_progress_bar=False)
    with quiet_lightning(), _keyboard_interrupt():
        return _test(trainer, module, data)


def _trainer(devices: int | str, precision: str, smoke: bool, **options: Any) -> pl.Trainer:
    limit = SMOKE_BATCHES if smoke else 1.0
    try:
        with quiet_lightning():
            return pl.Trainer(
                devices=devices,
                precision=precision,  # type: ignore[arg-type]  # Lightning checks the name
                limit_train_batches=limit,
                limit_val_batches=limit,
                limit_test_batches=limit,
                num_sanity_val_steps=0,
                enable_model_summary=False,
                use_distributed_sampler=False,  # the data module divides the images itself
                plugins=AtomicCheckpointIO(),
                **options,
            )
    except MisconfigurationException as error:
        raise ValueError(str(error)) from error


def _checkpoints(run: RunFolder) -> list[ModelCheckpoint]:
    folder = run.last_checkpoint.parent
    last = ModelCheckpoint(
        folder, run.last_checkpoint.stem, save_on_train_epoch_end=True, enable_version_counter=False
    )
    best = ModelCheckpoint(
        folder,
        "best",
        monitor="test_accuracy",
        mode="max",
        save_on_train_epoch_end=False,
        enable_version_counter=False,
    )
    return [last, best]


def _test(
    trainer: pl.Trainer, module: ClassificationModule, data: ImageDataModule
) -> dict[str, float]:
    (scores,) = trainer.test(module, data, verbose=False)
    return {name: scores[f"test_{name}"] for name in ("accuracy", "loss")}


@contextmanager
def _keyboard_interrupt() -> Iterator[None]:
    """Let Ctrl-C through: Lightning makes a plain exit of it, and ignores it from then on."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as stop:
        if isinstance(stop.__context__, KeyboardInterrupt):
            signal.signal(signal.SIGINT, handler)
            raise KeyboardInterrupt from stop
        raise


def _device(trainer: pl.Trainer) -> str:
    device = trainer.strategy.root_device
    if device.type == "cuda":
        return f"{trainer.num_devices} x {torch.cuda.get_device_name(device)}"
    return f"{trainer.num_devices} x {device.type}, {torch.get_num_threads()} threads"


def _versions() -> dict[str, str]:
    from kymatio_learned import __version__

    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"kymatio_learned": __version__, "python": platform.python_version(), **versions}
