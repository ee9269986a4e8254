"""Separation and concentration networks with the settings of the published code."""

from collections.abc import Sequence
from typing import Any

from .patch_concentration2d import PatchConcentration2D
from .separation_concentration2d import SeparationConcentration2D

VARIANTS = ("concentration", "projection", "tree")


def separation_concentration_cifar10(
    variant: str = "concentration",
    *,
    shape: Sequence[int] = (32, 32),
    in_channels: int = 3,
    n_classes: int | None = 10,
    **overrides: Any,
) -> SeparationConcentration2D:
    """Build the network of the paper for CIFAR-10.

    Parameters
    ----------
    variant
        ``"concentration"``, ``"projection"`` (without frames) or ``"tree"`` (Kymatio's scattering
        transform and one projection).
    shape, in_channels, n_classes
        Size and channels of the images, and number of classes.
    **overrides
        Other arguments of `SeparationConcentration2D`, in place of the preset's.

    Returns
    -------
    SeparationConcentration2D
        Four octaves, 8 angles; for the tree, three octaves.

    Raises
    ------
    ValueError
        If there is no such variant.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021.

    Examples
    --------
    >>> net = separation_concentration_cifar10("projection")
    >>> sum(p.numel() for p in net.parameters())
    5704906
    """
    preset: dict[str, Any]
    if variant == "tree":
        preset = {"J": 3, "channels": (128,), "tree": True}
    else:
        preset = {"J": 4, "channels": (64, 128, 256, 512)}
    widths = (1024, 2048, 4096, 8192)
    return _build(variant, preset, widths, shape, in_channels, n_classes, overrides)


def separation_concentration_imagenet(
    variant: str = "concentration",
    *,
    shape: Sequence[int] = (224, 224),
    in_channels: int = 3,
    n_classes: int | None = 1000,
    **overrides: Any,
) -> SeparationConcentration2D:
    """Build the network of the paper for ImageNet.

    Parameters
    ----------
    variant
        ``"concentration"``, ``"projection"`` (without frames) or ``"tree"`` (Kymatio's scattering
        transform and one projection).
    shape, in_channels, n_classes
        Size and channels of the images, and number of classes.
    **overrides
        Other arguments of `SeparationConcentration2D`, in place of the preset's.

    Returns
    -------
    SeparationConcentration2D
        Six octaves, 8 angles; for the tree, four octaves and means over squares of side 5.

    Raises
    ------
    ValueError
        If there is no such variant.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021.

    Examples
    --------
    >>> net = separation_concentration_imagenet("projection")
    >>> [layer.projection.out_channels for layer in net.layers]
    [64, 128, 256, 512, 512, 512]
    """
    preset: dict[str, Any]
    if variant == "tree":
        preset = {"J": 4, "channels": (256,), "tree": True, "avg_pool": 5}
    else:
        preset = {"J": 6, "channels": (64, 128, 256, 512, 512, 512)}
    widths = (512, 1024, 1024, 2048, 2048, 2048)
    return _build(variant, preset, widths, shape, in_channels, n_classes, overrides)


def separation_concentration_mnist(
    *,
    shape: Sequence[int] = (28, 28),
    in_channels: int = 1,
    n_classes: int | None = 10,
    **overrides: Any,
) -> SeparationConcentration2D:
    """Build the scattering tree of the paper for MNIST.

    Parameters
    ----------
    shape, in_channels, n_classes
        Size and channels of the images, and number of classes.
    **overrides
        Other arguments of `SeparationConcentration2D`, in place of the preset's.

    Returns
    -------
    SeparationConcentration2D
        Kymatio's scattering transform of three octaves, and a projection to 128 channels.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021.

    Examples
    --------
    >>> separation_concentration_mnist().layers[0].projection
    OrthogonalProjection(in_channels=217, out_channels=128)
    """
    preset: dict[str, Any] = {"J": 3, "channels": (128,), "tree": True}
    return _build("tree", preset, (), shape, in_channels, n_classes, overrides)


def patch_concentration_mnist(**overrides: Any) -> PatchConcentration2D:
    """Build the two-layer network of the paper for MNIST: 2,048 vectors for 14 x 14 patches.

    Parameters
    ----------
    **overrides
        Arguments of `PatchConcentration2D`, in place of the preset's.

    Returns
    -------
    PatchConcentration2D
        The network.

    Examples
    --------
    >>> patch_concentration_mnist().concentration
    FrameConcentration(196, width=2048, 'relu', threshold=0.0221)
    """
    preset: dict[str, Any] = {"shape": (28, 28), "patch_size": 14, "stride": 7, "width": 2048}
    return PatchConcentration2D(**(preset | {"in_channels": 1, "n_classes": 10} | overrides))


def patch_concentration_cifar10(**overrides: Any) -> PatchConcentration2D:
    """Build the two-layer network of the paper for CIFAR-10: 8,192 vectors for 8 x 8 patches.

    Parameters
    ----------
    **overrides
        Arguments of `PatchConcentration2D`, in place of the preset's.

    Returns
    -------
    PatchConcentration2D
        The network.

    Examples
    --------
    >>> patch_concentration_cifar10(width=512).concentration
    FrameConcentration(192, width=512, 'relu', threshold=0.0442)
    """
    preset: dict[str, Any] = {"shape": (32, 32), "patch_size": 8, "stride": 4, "width": 8192}
    return PatchConcentration2D(**(preset | {"in_channels": 3, "n_classes": 10} | overrides))


def _build(
    variant: str,
    preset: dict[str, Any],
    widths: Sequence[int],
    shape: Sequence[int],
    in_channels: int,
    n_classes: int | None,
    overrides: dict[str, Any],
) -> SeparationConcentration2D:
    """Build a preset with a user's arguments in place of its own."""
    if variant not in VARIANTS:
        raise ValueError(f"expected variant to be one of {', '.join(VARIANTS)}, got {variant!r}")
    if variant == "concentration":
        preset = {"widths": widths} | preset
    task = {"shape": shape, "in_channels": in_channels, "n_classes": n_classes}
    return SeparationConcentration2D(**(preset | task | overrides))
