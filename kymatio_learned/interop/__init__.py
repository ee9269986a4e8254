"""Readers of what other code wrote."""

from .phase_collapse import load_phase_collapse_checkpoint

__all__ = ["load_phase_collapse_checkpoint"]
