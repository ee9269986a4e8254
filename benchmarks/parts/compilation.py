"""What `torch.compile` brings on the CPU, where a C++ compiler is there."""

import os
import shutil
import statistics
import time
from functools import partial

from kymatio_learned.models import PRESETS

from ..results import Row
from ..session import Session
from ..subjects import learned_scattering
from ..tables import Table, milliseconds, times
from ..worker import WorkerError, working
from .networks import ACTIONS, CASES, QUICK_CASES

LIMIT = 100.0  # seconds for the first step, which compiles
QUICK_LIMIT = 0.2  # a quick run does not wait for the compiler


def measure(session: Session) -> list[Row]:
    """Return a row for each action of the CIFAR-10 preset, or one that says why there is none."""
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        return [{"reason": "there is no C++ compiler"}]
    rows: list[Row] = []
    for skip in (False, True):
        rows += _measure_variant(session, skip)
    return rows


def _measure_variant(session: Session, skip: bool) -> list[Row]:
    case = (QUICK_CASES if session.quick else CASES)[0]
    net = PRESETS[case.preset](skip=skip, **case.changes)
    common: Row = {"preset": case.preset, "skip": skip, "batch": case.batch}
    build = partial(learned_scattering, net.config, case.batch)
    rows: list[Row] = []
    workers = {
        "eager": session.worker(build),
        "compiled": session.worker(partial(build, compiled=True)),
    }
    with working(workers):
        for action in ACTIONS:
            if session.over():
                return [*rows, common | {"action": action, "reason": "out of time"}]
            limit = session.left(QUICK_LIMIT if session.quick else LIMIT)
            begin = time.perf_counter()
            try:
                workers["compiled"].call(action, timeout=limit)
            except TimeoutError:
                reason = f"not compiled after {limit:.1f} s"
                return [*rows, common | {"action": action, "reason": reason}]
            except WorkerError as error:
                return [*rows, common | {"action": action, "reason": error.last_line}]
            first = time.perf_counter() - begin
            seconds = session.seconds_in_turn(workers, action, 5)
            rows.append(common | {"action": action, "first_seconds": first} | seconds)
    return rows


def tables(rows: list[Row]) -> list[Table]:
    """Show the ratios, or why there are none."""
    lines = []
    for row in rows:
        name = f"{row.get('preset', '')}{', skip' if row.get('skip') else ''}"
        action = ACTIONS.get(row.get("action", ""), "")
        if "reason" in row:
            lines.append((name, action, "", row["reason"], ""))
            continue
        eager, compiled = (statistics.median(row[kind]) for kind in ("eager", "compiled"))
        lines.append(
            (
                name,
                action,
                milliseconds(compiled / row["batch"]),
                times(eager / compiled),
                f"{row['first_seconds']:.0f}",
            )
        )
    columns = ("network", "", "milliseconds an image", "faster than eager", "seconds to compile")
    return [Table("torch.compile", columns, lines)]
