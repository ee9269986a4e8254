"""How the cost of a training step grows with each size of a network."""

import math
import statistics
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from kymatio_learned.models import LearnedScattering2D

from ..results import Row
from ..session import Session
from ..subjects import baseline, learned_scattering
from ..tables import Table
from ..worker import working

BASE: dict[str, Any] = {"J": 2, "L": 4, "side": 32, "channels": 64, "batch": 8}
AXES: dict[str, tuple[int, ...]] = {
    "side": (16, 32, 64, 96),
    "channels": (16, 32, 64, 128, 256),
    "L": (4, 6, 8, 12),
    "J": (1, 2, 3, 4),
    "batch": (2, 4, 8, 16, 32),
}
QUICK_BASE = BASE | {"side": 32, "channels": 2, "batch": 2}
QUICK_AXES: dict[str, tuple[int, ...]] = {"channels": (2, 4), "J": (1, 2)}
NAMES = {"side": "side of the images", "J": "octaves J (2 layers each)", "L": "angles L"}
OURS, BASELINE = "kymatio_learned", "baseline"


def measure(session: Session) -> list[Row]:
    """Return a row for each subject and value of an axis, the others as in `BASE`."""
    base, axes = (QUICK_BASE, QUICK_AXES) if session.quick else (BASE, AXES)
    builds = {OURS: learned_scattering, BASELINE: baseline}
    first = _config(base)
    rows: list[Row] = []
    with working({s: session.worker(partial(b, *first)) for s, b in builds.items()}) as workers:
        for axis, value in ((a, value) for a in axes for value in axes[a]):
            for subject, build in builds.items():
                workers[subject].replace(partial(build, *_config(base | {axis: value})))
            seconds = session.seconds_in_turn(workers, "train", 3)
            rows += [
                {"subject": subject, "axis": axis, "value": value, "seconds": seconds[subject]}
                for subject in workers
            ]
    return rows


def _config(sizes: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Return the configuration of a network, and the batch."""
    net = LearnedScattering2D(
        J=sizes["J"],
        shape=(sizes["side"], sizes["side"]),
        L=sizes["L"],
        channels=(sizes["channels"],) * (2 * sizes["J"]),
        n_classes=10,
    )
    return net.config, sizes["batch"]


Points = list[tuple[int, float]]


def curves(rows: list[Row]) -> dict[str, dict[str, Points]]:
    """Return the median seconds by axis and subject."""
    found: dict[str, dict[str, Points]] = {}
    for row in rows:
        points = found.setdefault(row["axis"], {}).setdefault(row["subject"], [])
        points.append((row["value"], statistics.median(row["seconds"])))
    return found


def exponent(points: Points) -> float:
    """Return e of a cost like value^e, by least squares of the logarithms."""
    values, seconds = zip(*points, strict=True)
    return float(np.polyfit([*map(math.log, values)], [*map(math.log, seconds)], 1)[0])


def tables(rows: list[Row]) -> list[Table]:
    """Show the exponents."""
    lines = []
    for axis, subjects in curves(rows).items():
        values = ", ".join(str(value) for value, _ in subjects[OURS])
        exponents = (f"{exponent(subjects[name]):.2f}" for name in (OURS, BASELINE))
        lines.append((NAMES.get(axis, axis), values, *exponents))
    title = "Exponent e of the cost of a training step, like value^e"
    return [Table(title, ("what grows", "values", OURS, BASELINE), lines)]


def figure(rows: list[Row]) -> Figure:
    """Draw the cost against each axis."""
    found = curves(rows)
    fig = Figure(figsize=(9, 2.6), layout="constrained")
    for ax, (axis, subjects) in zip(
        fig.subplots(1, len(found), sharey=True), found.items(), strict=True
    ):
        for subject in (BASELINE, OURS):
            ax.loglog(*zip(*subjects[subject], strict=True), "o-", markersize=3, label=subject)
        ax.set_xlabel(NAMES.get(axis, axis), fontsize=8)
        ax.set_xticks([value for value, _ in subjects[OURS]])
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
    fig.axes[0].set_ylabel("seconds a training step")
    fig.axes[0].legend(frameon=False, fontsize=7)
    return fig
