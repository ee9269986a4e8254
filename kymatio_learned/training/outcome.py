"""What came out of a training."""

import importlib.metadata
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from numpy.typing import NDArray
from torch import nn

from ..models import LearnedScattering2D
from . import figures
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
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
Rows = Sequence[Mapping[str, float | None]]


def summarize(
    trainer: pl.Trainer,
    module: ClassificationModule,
    data: ImageDataModule,
    scores: Mapping[str, float],
    rows: Rows,
) -> dict[str, Any]:
    """Give what ``results.json`` holds: see :func:`train`."""
    tested = [row for row in rows if row["test_accuracy"] is not None]
    best = max(tested, key=lambda row: row["test_accuracy"] or 0.0, default=None)
    return {
        **scores,
        "best_accuracy": best and best["test_accuracy"],
        "best_epoch": best and best["epoch"],
        "epochs": len(rows),
        "seconds": sum(row["seconds"] or 0.0 for row in rows),
        "parameters": sum(parameter.numel() for parameter in module.network.parameters()),
        "train_images": len(data.splits.train),
        "test_images": len(data.splits.test),
        "seed": data.seed,
        "device": _device(trainer),
        "versions": _versions(),
        "command": shlex.join(sys.argv),
    }


def write_figures(
    run: RunFolder,
    rows: Rows,
    counts: NDArray[np.int64],
    classes: Sequence[str],
    network: nn.Module,
) -> None:
    """Draw learning curves, the confusion matrix, and the wavelets where the network has some."""
    run.write_figure("learning_curves.png", figures.learning_curves(rows))
    run.write_figure("confusion_matrix.png", figures.confusion_matrix(counts, classes))
    if isinstance(network, LearnedScattering2D):
        operators = (layer.wavelets for layer in network.layers)
        run.write_figure("wavelets.png", figures.wavelets(operators))


def _device(trainer: pl.Trainer) -> str:
    device, n = trainer.strategy.root_device, trainer.world_size
    if device.type == "cuda":
        return f"{n} x {torch.cuda.get_device_name(device)}"
    return f"{n} x {device.type}, {torch.get_num_threads()} threads"


def _versions() -> dict[str, str]:
    from kymatio_learned import __version__

    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"kymatio_learned": __version__, "python": platform.python_version(), **versions}
