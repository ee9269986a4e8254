"""Training images a second on a GPU, with the optimizer's step."""

import math
from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Any

import torch

from kymatio_learned.models import PRESETS

from ..results import Row
from ..session import Session
from ..subjects import learned_scattering
from ..tables import Table
from ..worker import Worker, WorkerError, working
from .networks import Case

CASES = (Case("cifar10", 512, 1), Case("imagenet", 64, 1))
QUICK = {"J": 1, "octave_layers": 0, "channels": (2, 2), "L": 4, "shape": (16, 16)}
QUICK_CASES = (Case("cifar10", 2, 1, QUICK), Case("imagenet", 2, 1, QUICK))
PRECISIONS: dict[str, dict[str, Any]] = {
    "TF32": {"float32_matmul": "high"},
    "bfloat16": {"float32_matmul": "high", "autocast": torch.bfloat16},
}
LEAST = 1.0  # seconds of one timing
LIMIT = 90.0  # seconds for the first steps, which may compile
QUICK_LIMIT = 0.2


def measure(session: Session) -> list[Row]:
    """Return a row for each preset, variant and precision: first all as they are, then compiled."""
    return list(_measure(session))


def _measure(session: Session) -> Iterator[Row]:
    cases = QUICK_CASES if session.quick else CASES
    for compiled, case, skip, precision in product((False, True), cases, (False, True), PRECISIONS):
        row: Row = {"preset": case.preset, "skip": skip, "batch": case.batch}
        row |= {"precision": precision, "compiled": compiled}
        if session.over():
            yield row | {"reason": "out of time"}
            continue
        config = PRESETS[case.preset](skip=skip, **case.changes).config
        options = PRECISIONS[precision] | {"compiled": compiled, "device": session.device}
        worker = session.worker(partial(learned_scattering, config, case.batch, **options))
        with working({"network": worker}):
            yield row | _images_a_second(session, worker, case.batch, compiled)


def _images_a_second(session: Session, worker: Worker, batch: int, compiled: bool) -> Row:
    limit = math.inf
    if compiled:
        limit = session.left(QUICK_LIMIT if session.quick else LIMIT)
    try:
        for _ in range(1 if session.quick else 3):
            worker.call("update", timeout=None if limit == math.inf else limit)
        seconds = worker.seconds("update", least=0.0 if session.quick else LEAST)
    except TimeoutError:
        return {"reason": f"not compiled after {limit:.1f} s"}
    except WorkerError as error:
        return {"reason": error.last_line}
    return {"seconds": seconds, "images_a_second": batch / seconds}


def tables(rows: list[Row]) -> list[Table]:
    """Show images a second."""
    lines = [
        (
            f"{row['preset']}{', skip' if row['skip'] else ''}",
            str(row["batch"]),
            row["precision"],
            "yes" if row["compiled"] else "no",
            row["reason"] if "reason" in row else f"{row['images_a_second']:,.0f}",
        )
        for row in rows
    ]
    columns = ("network", "batch", "precision", "compiled", "images a second")
    return [Table("Training, images a second", columns, lines)]
