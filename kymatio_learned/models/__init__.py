"""Networks built from the layers, and the presets of the paper."""

from .activations import activation
from .cifar_resnet import CifarResNet, resnet20
from .learned_scattering2d import LearnedScattering2D
from .patch_concentration2d import PatchConcentration2D
from .presets import (
    PRESETS,
    learned_scattering_cifar10,
    learned_scattering_imagenet,
    learned_scattering_small,
)
from .replace_activations import remove_biases, replace_activations
from .separation_concentration2d import SeparationConcentration2D
from .separation_presets import (
    patch_concentration_cifar10,
    patch_concentration_mnist,
    separation_concentration_cifar10,
    separation_concentration_imagenet,
    separation_concentration_mnist,
)

__all__ = [
    "PRESETS",
    "CifarResNet",
    "LearnedScattering2D",
    "PatchConcentration2D",
    "SeparationConcentration2D",
    "activation",
    "learned_scattering_cifar10",
    "learned_scattering_imagenet",
    "learned_scattering_small",
    "patch_concentration_cifar10",
    "patch_concentration_mnist",
    "remove_biases",
    "replace_activations",
    "resnet20",
    "separation_concentration_cifar10",
    "separation_concentration_imagenet",
    "separation_concentration_mnist",
]
