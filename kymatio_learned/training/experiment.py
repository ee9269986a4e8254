"""The parts of a run, built from its configuration."""

from collections.abc import Mapping
from typing import Any

from ..models import PRESETS, LearnedScattering2D
from .data.datasets import load_dataset
from .data.image_data_module import ImageDataModule
from .data.image_splits import ImageSplits

SMOKE_BATCH_SIZE = 8


def build_data(data: Mapping[str, Any], run: Mapping[str, Any]) -> ImageDataModule:
    """Load the images of a run.

    Parameters
    ----------
    data
        "dataset" (a name), "data_dir", "image_size", "classes", "train_samples", "augment" and
        "num_workers".
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
        classes=data["classes"],
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


def new_network(
    name: str, arguments: Mapping[str, Any], splits: ImageSplits
) -> LearnedScattering2D:
    """Build the network for some images.

    Parameters
    ----------
    name
        A name in ``models.PRESETS``, or "custom".
    arguments
        Arguments of ``LearnedScattering2D``; beside a preset, those that replace its own.
    splits
        The images, whose size, channels and classes the network gets.

    Returns
    -------
    LearnedScattering2D
        The network.

    Raises
    ------
    ValueError, TypeError
        When there is no such network.
    """
    channels, height, width = splits.train.shape
    settings: dict[str, Any] = {
        "in_channels": channels,
        "shape": (height, width),
        "n_classes": len(splits.classes),
        **arguments,
    }
    if name in PRESETS:
        return PRESETS[name](**settings)
    if name != "custom":
        raise ValueError(f"expected a model among {', '.join(PRESETS)}, custom, got {name!r}")
    if missing := {"J", "channels"} - set(arguments):
        raise ValueError(f"a custom model needs J and channels, got no {sorted(missing)}")
    return LearnedScattering2D(**settings)
