"""Studies that train many networks: what the scripts in ``examples`` share (extra ``train``)."""

from .command import run_study, study_parser
from .networks import build_network
from .problem import Problem
from .report import mean_and_spread, table, write_report
from .runs import Run, run_all
from .training_run import train_once

__all__ = [
    "Problem",
    "Run",
    "build_network",
    "mean_and_spread",
    "run_all",
    "run_study",
    "study_parser",
    "table",
    "train_once",
    "write_report",
]
