"""The layers of learned scattering networks, on planar tensors (see `ChannelLayout`)."""

from .channel_layout import ChannelLayout
from .channel_mixing import ChannelMixing
from .channel_norm import ChannelNorm
from .classifier import Classifier
from .learned_scattering_layer import LearnedScatteringLayer
from .nonlinearity import Nonlinearity
from .standardization import Standardization

__all__ = [
    "ChannelLayout",
    "ChannelMixing",
    "ChannelNorm",
    "Classifier",
    "LearnedScatteringLayer",
    "Nonlinearity",
    "Standardization",
]
