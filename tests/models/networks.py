"""Small networks that between them use every option, and images for them."""

from typing import Any

import torch

from kymatio_learned.layers import ChannelLayout
from kymatio_learned.models import LearnedScattering2D

# Each is a change to BASE.
BASE: dict[str, Any] = {"J": 1, "shape": (6, 5), "L": 3, "channels": (3, 4), "n_classes": 5}
NETWORKS: dict[str, dict[str, Any]] = {
    "half octaves": {},
    "octaves": {"J": 2, "octave_layers": 2, "shape": (8, 9), "channels": (3, 4)},
    "octave, half octaves": {"J": 2, "octave_layers": 1, "shape": (9, 8), "channels": (2, 3, 4)},
    "last layer not subsampled": {"channels": (2, 3, 4)},
    "no subsampling": {"J": 0, "channels": (3,)},
    "skip": {"skip": True},
    "real mixing": {"complex_mixing": False},
    "skip, real mixing": {"skip": True, "complex_mixing": False},
    "full circle": {"L": 6, "full_circle": True},
    "gray": {"in_channels": 1},
    "complex images": {"in_channels": ChannelLayout(n_complex=2)},
    "complex and real channels": {"in_channels": ChannelLayout(1, 1), "skip": True},
    "soft threshold": {"nonlinearity": "soft_threshold", "bias": 0.3, "skip": True},
    "learned sigmoid": {"nonlinearity": "sigmoid", "learned_nonlinearity": True},
    "unit modulus": {"nonlinearity": "unit_modulus", "skip": True},
    "tanh, real mixing": {"nonlinearity": "tanh", "complex_mixing": False},
    "learned power": {"nonlinearity": "power", "learned_nonlinearity": True, "gain": 0.5},
    "global pooling": {"avg_pool": "global"},
    "pooling": {"avg_pool": 2},
    "separate orders": {"separate_orders": True, "channels": (4, 6)},
    "separate orders, skip": {
        "separate_orders": True,
        "channels": ((1, 2), (2, 1, 2)),
        "skip": True,
        "in_channels": ChannelLayout(1, 1),
    },
    "features": {"n_classes": None},
    "real features": {"n_classes": None, "complex_mixing": False},
}


def build(name: str) -> LearnedScattering2D:
    """Build a network by its name."""
    return LearnedScattering2D(**(BASE | NETWORKS[name]))


def draw_images(net: LearnedScattering2D, batch: int = 3) -> torch.Tensor:
    """Draw native images for a network, in its dtype."""
    dtype = next(net.parameters()).dtype
    planes = 0.5 + torch.randn(batch, net.layout.n_planes, *net.shape, dtype=dtype)
    return net.layout.to_native(planes)
