"""Networks built from the layers, and the presets of the paper."""

from .learned_scattering2d import LearnedScattering2D
from .presets import (
    PRESETS,
    learned_scattering_cifar10,
    learned_scattering_imagenet,
    learned_scattering_small,
)

__all__ = [
    "PRESETS",
    "LearnedScattering2D",
    "learned_scattering_cifar10",
    "learned_scattering_imagenet",
    "learned_scattering_small",
]
