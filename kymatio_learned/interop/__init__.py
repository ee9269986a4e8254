"""Readers of what other code wrote."""

from .phase_collapse import load_phase_collapse_checkpoint
from .separation_concentration import load_separation_concentration

__all__ = ["load_phase_collapse_checkpoint", "load_separation_concentration"]
