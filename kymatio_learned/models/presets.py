"""Networks with the settings of the paper, and a small one for quick work."""

from collections.abc import Sequence
from typing import Any

from .learned_scattering2d import LearnedScattering2D


def learned_scattering_cifar10(
    *,
    shape: Sequence[int] = (32, 32),
    in_channels: int = 3,
    n_classes: int | None = 10,
    **overrides: Any,
) -> LearnedScattering2D:
    """Build the network of the paper for CIFAR-10: 8 half-octave layers, 4 angles.

    Parameters
    ----------
    shape, in_channels, n_classes
        Size and channels of the images, and number of classes.
    **overrides
        Other arguments of `LearnedScattering2D`, in place of the preset's.

    Returns
    -------
    LearnedScattering2D
        With 12,251,018 learned parameters, or 24,459,018 with ``skip=True``.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> net = learned_scattering_cifar10(skip=True)
    >>> sum(p.numel() for p in net.parameters())
    24459018
    """
    preset: dict[str, Any] = {"J": 4, "L": 4, "channels": (64, 128, 256, *[512] * 5)}
    return _build(preset, shape, in_channels, n_classes, overrides)


def learned_scattering_imagenet(
    *,
    shape: Sequence[int] = (224, 224),
    in_channels: int = 3,
    n_classes: int | None = 1000,
    **overrides: Any,
) -> LearnedScattering2D:
    """Build the network of the paper for ImageNet: an octave, then 10 half-octave layers.

    Parameters
    ----------
    shape, in_channels, n_classes
        Size and channels of the images, and number of classes.
    **overrides
        Other arguments of `LearnedScattering2D`, in place of the preset's.

    Returns
    -------
    LearnedScattering2D
        With 29,052,584 learned parameters, or 53,495,144 with ``skip=True``.

    References
    ----------
    Guth, Zarka, Mallat, *Phase collapse in neural networks*, ICLR 2022.

    Examples
    --------
    >>> net = learned_scattering_imagenet()
    >>> sum(p.numel() for p in net.parameters())
    29052584
    """
    channels = (32, 64, 64, 128, 256, *[512] * 5, 256)
    preset: dict[str, Any] = {"J": 6, "octave_layers": 1, "L": 8, "channels": channels}
    return _build(preset, shape, in_channels, n_classes, overrides)


def learned_scattering_small(
    *,
    shape: Sequence[int] = (32, 32),
    in_channels: int = 3,
    n_classes: int | None = 10,
    **overrides: Any,
) -> LearnedScattering2D:
    """Build a small network for quick work: 4 octave layers, 8 angles, 32 to 256 channels.

    Parameters
    ----------
    shape, in_channels, n_classes
        Size and channels of the images, and number of classes.
    **overrides
        Other arguments of `LearnedScattering2D`, in place of the preset's.

    Returns
    -------
    LearnedScattering2D
        The network.

    Examples
    --------
    >>> print(learned_scattering_small().summary().splitlines()[-1].split()[1])
    797,386
    """
    channels = (32, 64, 128, 256)
    preset: dict[str, Any] = {"J": 4, "octave_layers": 4, "L": 8, "channels": channels}
    return _build(preset, shape, in_channels, n_classes, overrides)


def _build(
    preset: dict[str, Any],
    shape: Sequence[int],
    in_channels: int,
    n_classes: int | None,
    overrides: dict[str, Any],
) -> LearnedScattering2D:
    """Build a preset with a user's arguments in place of its own."""
    task = {"shape": shape, "in_channels": in_channels, "n_classes": n_classes}
    return LearnedScattering2D(**(preset | task | overrides))


PRESETS = {
    "cifar10": learned_scattering_cifar10,
    "imagenet": learned_scattering_imagenet,
    "small": learned_scattering_small,
}
