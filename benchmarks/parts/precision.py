"""What bfloat16 brings under autocast, and what it costs in precision."""

import statistics
from functools import partial

import torch

from kymatio_learned.models import PRESETS

from ..results import Row
from ..session import Session
from ..subjects import MatrixProducts, learned_scattering, mixing_products
from ..tables import Table, milliseconds, times
from ..worker import working
from .networks import ACTIONS, CASES, OURS, PRODUCTS, QUICK_CASES

DTYPES = {"float32": None, "bfloat16": torch.bfloat16}
PASSES = 10  # in training, before the logits are compared


def measure(session: Session) -> list[Row]:
    """Return a row for each subject, precision and action, of the CIFAR-10 preset."""
    rows: list[Row] = []
    for skip in (False, True):
        rows += _measure_variant(session, skip)
    return rows


def _measure_variant(session: Session, skip: bool) -> list[Row]:
    case = (QUICK_CASES if session.quick else CASES)[0]
    net = PRESETS[case.preset](skip=skip, **case.changes)
    sizes = mixing_products(net)
    workers = {}
    for name, dtype in DTYPES.items():
        network = partial(learned_scattering, net.config, case.batch, autocast=dtype)
        products = partial(MatrixProducts, sizes, case.batch, dtype or torch.float32)
        workers[OURS, name] = session.worker(network)
        workers[PRODUCTS, name] = session.worker(products)
    rows: list[Row] = []
    with working(workers):
        for action in ACTIONS:
            seconds = session.seconds_in_turn(workers, action, 3)
            rows += [
                {
                    "preset": case.preset,
                    "skip": skip,
                    "batch": case.batch,
                    "subject": subject,
                    "precision": precision,
                    "action": action,
                    "seconds": seconds[subject, precision],
                }
                for subject, precision in workers
            ]
        passes = session.n(PASSES)
        error = workers[OURS, "float32"].call("logit_error", torch.bfloat16, passes)
    return [row | {"logit_error": error} for row in rows]


def ratios(rows: list[Row]) -> dict[tuple[str, bool, str], float]:
    """Return how much faster bfloat16 is, by subject, variant and action."""
    seconds: dict[str, dict[tuple[str, bool, str], float]] = {name: {} for name in DTYPES}
    for row in rows:
        key = (row["subject"], row["skip"], row["action"])
        seconds[row["precision"]][key] = statistics.median(row["seconds"])
    return {key: t / seconds["bfloat16"][key] for key, t in seconds["float32"].items()}


def tables(rows: list[Row]) -> list[Table]:
    """Show the ratios and errors."""
    faster = ratios(rows)
    lines = []
    for row in rows:
        if row["subject"] == OURS and row["precision"] == "bfloat16":
            lines.append(
                (
                    f"{row['preset']}{', skip' if row['skip'] else ''}",
                    ACTIONS[row["action"]],
                    milliseconds(statistics.median(row["seconds"]) / row["batch"]),
                    times(faster[OURS, row["skip"], row["action"]]),
                    times(faster[PRODUCTS, row["skip"], row["action"]]),
                    f"{row['logit_error']:.2%}".replace("%", " %"),
                )
            )
    columns = (
        "network",
        "",
        "milliseconds an image",
        "faster than float32",
        "the same of the matrix products",
        "relative error of the logits",
    )
    return [Table("bfloat16 under autocast", columns, lines)]
