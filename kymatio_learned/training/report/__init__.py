"""A page that compares runs: ``python -m kymatio_learned.training.report RUN [RUN ...]``."""

from .finished_run import FinishedRun, differing_settings
from .page import write_report

__all__ = ["FinishedRun", "differing_settings", "write_report"]
