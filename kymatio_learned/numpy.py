"""The NumPy frontend: ``from kymatio_learned.numpy import PhaseCollapse2D``."""

from .scattering2d.frontend.numpy_frontend import PhaseCollapse2D

__all__ = ["PhaseCollapse2D"]
