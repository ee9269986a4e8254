"""The operator alone: every bank, 4 and 8 angles, images of all sizes, beside the baseline's."""

import math
import statistics
from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np
from matplotlib.figure import Figure

from ..results import Row
from ..session import Session
from ..subjects import baseline_operator, learned_operator
from ..tables import Table, times
from ..worker import working

BANKS = ("octave", "half_octave_first", "half_octave_second")
ACTIONS = {"forward": "forward", "backward": "forward and backward"}
SIDES = (4, 8, 16, 32, 64, 128, 256)
PIXELS = 2**17  # of all images together
LEAST = 0.02  # seconds of one timing
OURS, BASELINE = "kymatio_learned", "baseline"
Key = tuple[str, int, bool, int]  # bank, L, whether the images are complex, side


def measure(session: Session) -> list[Row]:
    """Return a row for each subject, kind of image, bank, number of angles, size and action."""
    sides = (4, 8) if session.quick else SIDES
    builds = {OURS: learned_operator, BASELINE: baseline_operator}
    first = (1, 1, 4, 4), 4, "octave", False
    rows: list[Row] = []
    with working({s: session.worker(partial(b, *first)) for s, b in builds.items()}) as workers:
        for bank, L, is_complex, side in product(BANKS, (4, 8), (False, True), sides):
            images = 1 if session.quick else max(1, PIXELS // side**2)
            shape = (images, 1, side, side)
            for subject, build in builds.items():
                workers[subject].replace(partial(build, shape, L, bank, is_complex))
            for action in ACTIONS:
                least = 0.0 if session.quick else LEAST
                seconds = session.seconds_in_turn(workers, action, 7, least)
                rows += [
                    {
                        "subject": subject,
                        "bank": bank,
                        "L": L,
                        "is_complex": is_complex,
                        "side": side,
                        "images": images,
                        "action": action,
                        "seconds": seconds[subject],
                    }
                    for subject in workers
                ]
    return rows


def speedups(rows: list[Row], action: str) -> dict[Key, float]:
    """Return the baseline's time over the package's by bank, L, kind of image and side."""
    seconds: dict[str, dict[Key, float]] = {OURS: {}, BASELINE: {}}
    for row in rows:
        if row["action"] == action:
            key = (row["bank"], row["L"], row["is_complex"], row["side"])
            seconds[row["subject"]][key] = statistics.median(row["seconds"])
    return {key: seconds[BASELINE][key] / ours for key, ours in seconds[OURS].items()}


def growth(rows: list[Row], least_side: int = 16) -> Iterator[tuple[str, int, bool, float]]:
    """Yield, by bank, L and kind of image, the exponent e of a cost like (n^2 log n)^e.

    Fitted by least squares over the sides from `least_side`, forward and backward.
    """
    costs: dict[tuple[str, int, bool], list[tuple[int, float]]] = {}
    for row in rows:
        if row["subject"] == OURS and row["action"] == "backward" and row["side"] >= least_side:
            cost = statistics.median(row["seconds"]) / row["images"]
            key = (row["bank"], row["L"], row["is_complex"])
            costs.setdefault(key, []).append((row["side"], cost))
    for key, points in costs.items():
        law = [math.log(n**2 * math.log(n)) for n, _ in points]
        exponent = np.polyfit(law, [math.log(cost) for _, cost in points], 1)[0]
        yield (*key, float(exponent))


def tables(rows: list[Row]) -> list[Table]:
    """Show how much faster than the baseline, for each action, and how cost grows."""
    return [*(_speedup_table(rows, action) for action in ACTIONS), *_growth_table(rows)]


def _speedup_table(rows: list[Row], action: str) -> Table:
    ratios = speedups(rows, action)
    sides = sorted({side for *_, side in ratios})
    kinds = dict.fromkeys(key[:3] for key in ratios)
    lines = [
        (bank, str(L), _kind(z), *(times(ratios[bank, L, z, side]) for side in sides))
        for bank, L, z in kinds
    ]
    columns = ("bank", "L", "images", *(f"{side} x {side}" for side in sides))
    return Table(f"Operator, {ACTIONS[action]}: faster than the baseline", columns, lines)


def _growth_table(rows: list[Row]) -> list[Table]:
    if len({row["side"] for row in rows if row["side"] >= 16}) < 2:
        return []
    lines = [(bank, str(L), _kind(z), f"{e:.2f}") for bank, L, z, e in growth(rows)]
    title = "Operator: exponent e of a cost like (n² log n)^e from 16 x 16, forward and backward"
    return [Table(title, ("bank", "L", "images", "e"), lines)]


def _kind(is_complex: bool) -> str:
    return "complex" if is_complex else "real"


def figure(rows: list[Row]) -> Figure:
    """Draw how much faster than the baseline against the size of the images."""
    ratios = speedups(rows, "backward")
    fig = Figure(figsize=(8, 3.4), layout="constrained")
    for ax, z in zip(fig.subplots(1, 2, sharey=True), (False, True), strict=True):
        for bank, L in dict.fromkeys((b, L) for b, L, *_ in ratios):
            points = [(side, r) for (*key, side), r in ratios.items() if key == [bank, L, z]]
            style = "-" if L == 4 else "--"
            ax.loglog(*zip(*points, strict=True), style, label=f"{bank}, L = {L}", base=2)
        ax.axhline(1, color="black", linewidth=0.8)
        ax.set(title=f"{_kind(z)} images", xlabel="side of the images")
    fig.axes[0].set_ylabel("faster than the baseline")
    fig.axes[0].legend(frameon=False, fontsize=7)
    return fig
