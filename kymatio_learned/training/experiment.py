"""The parts of a run, built from its configuration: plain types, as ``config.json`` holds them."""

from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl

from .. import models
from .classification_module import ClassificationModule
from .data.datasets import load_dataset
from .data.image_data_module import ImageDataModule
from .data.image_splits import ImageSplits

SMOKE_BATCH_SIZE = 8

Config = dict[str, dict[str, Any]]


def build_data(data: Mapping[str, Any], run: Mapping[str, Any]) -> ImageDataModule:
    """Load the images of a run.

    Parameters
    ----------
    data
        "dataset" (a name), "data_dir", "image_size", "train_samples", "augment" and "num_workers".
    run
        Of its options, "batch_size", "seed" and "smoke".

    Returns
    -------
    ImageDataModule
        Training and test images.

    Raises
    ------
    ValueError
        When the data is not there, or an option is out of its range.
    """
    smoke = run["smoke"]
    splits = load_dataset(
        data["dataset"],
        data_dir=data["data_dir"],
        image_size=data["image_size"],
        train_samples=data["train_samples"],
        seed=run["seed"],
        in_memory=not smoke,
    )
    return ImageDataModule(
        splits,
        batch_size=SMOKE_BATCH_SIZE if smoke else run["batch_size"],
        augment=data["augment"],
        seed=run["seed"],
        num_workers=0 if smoke else data["num_workers"],
    )


def design_model(name: str, arguments: Mapping[str, Any], splits: ImageSplits) -> dict[str, Any]:
    """Fit a model to the images, and describe it.

    Parameters
    ----------
    name
        A name in ``models.PRESETS``, or "custom".
    arguments
        Arguments of ``LearnedScattering2D``; beside a preset, those that replace its own.
    splits
        The images, whose size, channels and classes the model gets.

    Returns
    -------
    dict
        "class", a name in ``models``, and "arguments", all that its constructor needs.

    Raises
    ------
    ValueError, TypeError
        When there is no such model.
    """
    in_channels, *shape = splits.train.shape
    task: dict[str, Any] = {
        "in_channels": in_channels,
        "shape": tuple(shape),
        "n_classes": len(splits.classes),
    }
    if name in models.PRESETS:
        network = models.PRESETS[name](**task, **arguments)
    elif name != "custom":
        names = ", ".join([*models.PRESETS, "custom"])
        raise ValueError(f"expected a model among {names}, got {name!r}")
    elif missing := {"J", "channels"} - set(arguments):
        raise ValueError(f"a custom model needs J and channels, got no {sorted(missing)}")
    else:
        network = models.LearnedScattering2D(**task, **arguments)
    return {"class": type(network).__name__, "arguments": network.config}


def build_module(config: Config, n_classes: int) -> ClassificationModule:
    """Build the model of a run, with the initial parameters that its seed gives.

    Parameters
    ----------
    config
        "model" (see :func:`design_model`), "optimisation" (arguments of
        :class:`ClassificationModule`) and the "seed" of "run".
    n_classes
        Number of classes.

    Returns
    -------
    ClassificationModule
        The model and how to train it.
    """
    pl.seed_everything(config["run"]["seed"], verbose=False)
    model = config["model"]
    network = getattr(models, model["class"])(**model["arguments"])
    return ClassificationModule(network, n_classes=n_classes, **config["optimisation"])
