"""Training steps and evaluation of the presets, beside the baseline and what they cost at least."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from kymatio_learned.models import PRESETS

from ..results import Row
from ..session import Session
from ..subjects import (
    MatrixProducts,
    baseline,
    kymatio_scattering,
    learned_scattering,
    mixing_products,
    resnet20,
)
from ..tables import Table, megabytes, milliseconds, times
from ..worker import Worker, working

LEAST = 0.5  # seconds of one timing
ACTIONS = {"evaluate": "evaluation", "train": "training step"}
OURS, BASELINE, PRODUCTS = "kymatio_learned", "baseline", "matrix products"
RESNET, KYMATIO = "ResNet-20", "Kymatio Scattering2D"


@dataclass(frozen=True)
class Case:
    """A preset, with the arguments that differ from its own."""

    preset: str
    batch: int
    rounds: int
    changes: dict[str, Any] = field(default_factory=dict)


CASES = (Case("cifar10", 32, 3), Case("imagenet", 4, 2))
QUICK_CASES = (
    Case("cifar10", 2, 1, {"channels": (2,) * 8}),
    Case("imagenet", 2, 1, {"shape": (128, 128), "channels": (2,) * 11, "L": 4}),
)


def measure(session: Session) -> list[Row]:
    """Return a row for each subject, allocator and action, of each preset with and without skip."""
    rows = []
    for case in QUICK_CASES if session.quick else CASES:
        for skip in (False, True):
            rows += list(_measure_case(session, case, skip))
    return rows


def _measure_case(session: Session, case: Case, skip: bool) -> Iterator[Row]:
    with working(_start(session, case, skip)) as subjects:
        for action in ACTIONS:
            able = {s: w for s, w in subjects.items() if s[0] != KYMATIO or action == "evaluate"}
            least = 0.0 if session.quick else LEAST
            seconds = session.seconds_in_turn(able, action, case.rounds, least)
            for subject, worker in able.items():
                yield {
                    "preset": case.preset,
                    "skip": skip,
                    "batch": case.batch,
                    "subject": subject[0],
                    "memory": subject[1],
                    "action": action,
                    "seconds": seconds[subject],
                    "peak_bytes": worker.peak_memory(),
                }


def _start(session: Session, case: Case, skip: bool) -> dict[tuple[str, str], Worker]:
    """Start every subject, with the allocator as it is and with freed memory kept."""
    net = PRESETS[case.preset](skip=skip, **case.changes)
    shape = (case.batch, 3, *net.shape)
    networks = {
        OURS: partial(learned_scattering, net.config, case.batch),
        BASELINE: partial(baseline, net.config, case.batch),
    }
    workers = {
        (name, memory): session.worker(build, keeps=memory == "kept")
        for name, build in networks.items()
        for memory in ("default", "kept")
    }
    products = partial(MatrixProducts, mixing_products(net), case.batch)
    workers[PRODUCTS, "kept"] = session.worker(products)
    if not skip:
        workers[KYMATIO, "kept"] = session.worker(partial(kymatio_scattering, shape))
        if case.preset == "cifar10":
            workers[RESNET, "kept"] = session.worker(partial(resnet20, shape, 10))
    return workers


class Measured:
    """The medians of the rows of one preset, with or without skip, and one action."""

    def __init__(self, rows: list[Row]) -> None:
        self.first = rows[0]
        self._rows = {(row["subject"], row["memory"]): row for row in rows}

    def seconds(self, subject: str, memory: str = "kept") -> float:
        """Return the median time of an image."""
        row = self._rows[subject, memory]
        return statistics.median(row["seconds"]) / row["batch"]

    def peak(self, subject: str, memory: str) -> float:
        """Return the largest memory in bytes."""
        return float(self._rows[subject, memory]["peak_bytes"])

    def has(self, subject: str) -> bool:
        """Tell whether a subject was measured."""
        return (subject, "kept") in self._rows

    @property
    def name(self) -> str:
        """Preset and variant."""
        return f"{self.first['preset']}{', skip' if self.first['skip'] else ''}"

    @property
    def action(self) -> str:
        """What was timed."""
        return ACTIONS[self.first["action"]]


def grouped(rows: list[Row]) -> list[Measured]:
    """Return the rows by preset, variant and action."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["preset"], row["skip"], row["action"]), []).append(row)
    return [Measured(group) for group in groups.values()]


def tables(rows: list[Row]) -> list[Table]:
    """Show times as ratios, memory, and the times themselves."""
    measured = grouped(rows)
    return [_ratios(measured), _memory(measured), _times(measured)]


def _ratios(measured: list[Measured]) -> Table:
    columns = (
        "network",
        "",
        "both default",
        "both keep",
        "keep against default",
        "package / products",
    )
    lines = [
        (
            m.name,
            m.action,
            times(m.seconds(BASELINE, "default") / m.seconds(OURS, "default")),
            times(m.seconds(BASELINE) / m.seconds(OURS)),
            times(m.seconds(BASELINE, "default") / m.seconds(OURS)),
            times(m.seconds(OURS) / m.seconds(PRODUCTS)),
        )
        for m in measured
    ]
    return Table("Speed: baseline / package, by allocator; package / products", columns, lines)


def _memory(measured: list[Measured]) -> Table:
    columns = (
        "network",
        "",
        "package, default",
        "baseline, default",
        "share",
        "package, keeps",
        "baseline, keeps",
        "share",
    )
    lines = []
    for m in measured:
        cells = [m.name, m.action]
        for memory in ("default", "kept"):
            ours, theirs = m.peak(OURS, memory), m.peak(BASELINE, memory)
            cells += [megabytes(ours), megabytes(theirs), f"{ours / theirs:.2f}"]
        lines.append(cells)
    return Table("Peak memory in MB, beyond the interpreter and its libraries", columns, lines)


def _times(measured: list[Measured]) -> Table:
    subjects = (OURS, BASELINE, PRODUCTS, RESNET, KYMATIO)
    lines = [
        (
            m.name,
            m.action,
            *(milliseconds(m.seconds(s)) if m.has(s) else "" for s in subjects),
        )
        for m in measured
    ]
    return Table("Milliseconds an image, keeping freed memory", ("network", "", *subjects), lines)


def figure(rows: list[Row]) -> Figure:
    """Draw the time of an image over that of the matrix products."""
    measured = grouped(rows)
    fig = Figure(figsize=(8, 3.6), layout="constrained")
    ax = fig.subplots()
    place = np.arange(len(measured))
    for shift, subject in ((-0.2, BASELINE), (0.2, OURS)):
        heights = [m.seconds(subject) / m.seconds(PRODUCTS) for m in measured]
        bars = ax.bar(place + shift, heights, 0.4, label=subject)
        ax.bar_label(bars, fmt="%.1f", fontsize=8)
    ax.axhline(1, color="black", linewidth=0.8)
    labels = [f"{m.name}\n{m.action}" for m in measured]
    ax.set_xticks(place, labels, fontsize=7)
    ax.set_ylabel("time over the matrix products")
    ax.legend(frameon=False)
    return fig
