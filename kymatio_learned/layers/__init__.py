"""The layers of learned scattering networks, on planar tensors (see `ChannelLayout`)."""

from .channel_layout import ChannelLayout
from .channel_mixing import ChannelMixing
from .channel_norm import ChannelNorm
from .classifier import Classifier
from .frame_concentration import FrameConcentration
from .learned_scattering_layer import LearnedScatteringLayer
from .nonlinearity import Nonlinearity
from .orthogonal_projection import OrthogonalProjection
from .parseval import attach_parseval, make_orthogonal, parseval_groups, parseval_step_
from .phase_relu_scattering import PhaseReLUScattering
from .relu_part import ReLUPart, relu_even_part, relu_odd_part
from .scattering_tree import ScatteringTree
from .separation_concentration_layer import SeparationConcentrationLayer
from .standardization import Standardization
from .triangular_mixing import TriangularMixing

__all__ = [
    "ChannelLayout",
    "ChannelMixing",
    "ChannelNorm",
    "Classifier",
    "FrameConcentration",
    "LearnedScatteringLayer",
    "Nonlinearity",
    "OrthogonalProjection",
    "PhaseReLUScattering",
    "ReLUPart",
    "ScatteringTree",
    "SeparationConcentrationLayer",
    "Standardization",
    "TriangularMixing",
    "attach_parseval",
    "make_orthogonal",
    "parseval_groups",
    "parseval_step_",
    "relu_even_part",
    "relu_odd_part",
]
