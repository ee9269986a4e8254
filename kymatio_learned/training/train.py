"""Training of a classifier, with everything written to a run folder."""

import importlib.metadata
import platform
import shlex
import sys
from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.loggers import TensorBoardLogger

from ..models import LearnedScattering2D
from . import figures
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
from .history import History
from .progress_bar import ProgressBar
from .progress_lines import ProgressLines
from .quiet_lightning import quiet_lightning
from .run_folder import RunFolder
from .trainer import build_trainer, keyboard_interrupt, score

PACKAGES = (
    "kymatio",
    "numpy",
    "pytorch-lightning",
    "scipy",
    "torch",
    "torchmetrics",
    "torchvision",
)


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
    config: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Train a classifier, test it, and write checkpoints, scores and figures.

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
    config
        Plain types to keep as ``config.json``: whatever builds the module and the data again.

    Returns
    -------
    dict
        What ``results.json`` holds: "accuracy" and "loss" of the test images after the last epoch;
        "best_accuracy" of any tested epoch and "best_epoch"; "epochs", "seconds", "parameters",
        "train_images", "test_images", "seed", "device", "versions", "command".

    Raises
    ------
    ValueError
        When an option is out of its range, before anything is written.
    KeyboardInterrupt
        When the user stops the training; finished epochs are kept.
    """
    for name, value in (("epochs", epochs), ("eval_every", eval_every)):
        if value < 1:
            raise ValueError(f"expected {name} to be at least 1, got {value}")
    history = History(run)
    in_terminal = sys.stdout.isatty()
    progress = ProgressBar() if in_terminal else ProgressLines(history)
    trainer = build_trainer(
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
    if trainer.is_global_zero:
        if config is not None:
            run.write_json("config.json", config)
        if isinstance(network := module.network, LearnedScattering2D):
            print(network.summary())
    checkpoint = run.last_checkpoint if run.last_checkpoint.is_file() else None
    with quiet_lightning(), keyboard_interrupt():
        trainer.fit(module, data, ckpt_path=checkpoint)
        scores = score(trainer, module, data)
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
        "seed": data.seed,
        "device": _device(trainer),
        "versions": _versions(),
        "command": shlex.join(sys.argv),
    }
    if trainer.is_global_zero:
        run.write_json("results.json", results)
        run.write_figure("learning_curves.png", figures.learning_curves(history.rows))
        confusion = figures.confusion_matrix(counts, data.splits.classes)
        run.write_figure("confusion_matrix.png", confusion)
        if isinstance(network, LearnedScattering2D):
            operators = (layer.wavelets for layer in network.layers)
            run.write_figure("wavelets.png", figures.wavelets(operators))
    return results


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


def _device(trainer: pl.Trainer) -> str:
    device = trainer.strategy.root_device
    if device.type == "cuda":
        return f"{trainer.num_devices} x {torch.cuda.get_device_name(device)}"
    return f"{trainer.num_devices} x {device.type}, {torch.get_num_threads()} threads"


def _versions() -> dict[str, str]:
    from kymatio_learned import __version__

    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"kymatio_learned": __version__, "python": platform.python_version(), **versions}
