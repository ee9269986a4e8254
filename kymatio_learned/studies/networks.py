"""The networks of the studies, by name."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import nn
from torchvision.models import resnet18

from .. import models
from ..training import ImageSplits


def _resnet18(*, n_classes: int, nonlinearity: str = "relu", bias: bool = True) -> nn.Module:
    """Build torchvision's ResNet-18 with another non-linearity."""
    net: nn.Module = resnet18(num_classes=n_classes)
    if not bias:
        models.remove_biases(net)
    if nonlinearity == "relu":
        return net
    return models.replace_activations(net, partial(models.activation, nonlinearity))


# Those of the first group take the size of the images, the others take any size.
_SIZED: dict[str, Callable[..., nn.Module]] = {
    "learned_scattering": models.LearnedScattering2D,
    "learned_scattering_small": models.learned_scattering_small,
    "learned_scattering_cifar10": models.learned_scattering_cifar10,
    "learned_scattering_imagenet": models.learned_scattering_imagenet,
    "separation_concentration": models.SeparationConcentration2D,
    "separation_concentration_cifar10": models.separation_concentration_cifar10,
    "separation_concentration_imagenet": models.separation_concentration_imagenet,
    "patch_concentration_cifar10": models.patch_concentration_cifar10,
    "patch_concentration_mnist": models.patch_concentration_mnist,
}
NETWORKS = (*_SIZED, "resnet20", "resnet18")


def build_network(name: str, arguments: Mapping[str, Any], splits: ImageSplits) -> nn.Module:
    """Build a network for some images.

    Parameters
    ----------
    name
        A class or a preset of `kymatio_learned.models`, in small letters with underscores, or
        ``"resnet18"``, torchvision's with the arguments ``nonlinearity`` and ``bias`` of
        `resnet20 <kymatio_learned.models.resnet20>`.
    arguments
        Its arguments, but for the size and number of channels of the images and the number of
        classes.
    splits
        The images.

    Returns
    -------
    torch.nn.Module
        The network.

    Raises
    ------
    ValueError, TypeError
        If there is no such network.

    Examples
    --------
    >>> from kymatio_learned.training import load_dataset
    >>> net = build_network("resnet20", {"nonlinearity": "abs"}, load_dataset("digits"))
    >>> net.config["in_channels"], net.config["nonlinearity"]
    (1, 'abs')
    """
    channels, height, width = splits.train.shape
    n_classes = len(splits.classes)
    if name in _SIZED:
        task = {"shape": (height, width), "in_channels": channels, "n_classes": n_classes}
        return _SIZED[name](**(task | dict(arguments)))
    if name == "resnet20":
        return models.resnet20(in_channels=channels, n_classes=n_classes, **arguments)
    if name == "resnet18":
        return _resnet18(n_classes=n_classes, **arguments)
    raise ValueError(f"expected a network among {', '.join(NETWORKS)}, got {name!r}")
