"""The PyTorch frontend: ``from kymatio_learned.torch import PhaseCollapse2D``."""

from .freed_memory import keep_freed_memory
from .models.learned_scattering2d import LearnedScattering2D
from .scattering2d.frontend.torch_frontend import PhaseCollapse2D

__all__ = ["LearnedScattering2D", "PhaseCollapse2D", "keep_freed_memory"]
