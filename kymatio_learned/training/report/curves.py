"""Pictures that compare runs."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .finished_run import FinishedRun

AXES = {"learning_rate": "learning rate", "memory": "memory (MB)"}
# What should not grow while a run goes on: from zero, small changes look small.
FROM_ZERO = ("seconds", "memory")


def curves(runs: Sequence[FinishedRun], quantity: str, labels: Sequence[str]) -> Figure:
    """Draw a quantity against the epoch.

    Parameters
    ----------
    runs
        Several runs, each in a colour of its own.
    quantity
        "loss" or "accuracy", of the training images (dashed) and of the test images; or any other
        column of :class:`~kymatio_learned.training.History`.
    labels
        Name of each run.

    Returns
    -------
    Figure
        One panel.
    """
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    of_images = quantity in ("loss", "accuracy")
    for index, (run, label) in enumerate(zip(runs, labels, strict=True)):
        colour = f"C{index % 10}"
        if of_images:
            axes.plot(*_xy(run.column(f"train_{quantity}")), "--", color=colour, alpha=0.6)
        column = f"test_{quantity}" if of_images else quantity
        axes.plot(*_xy(run.column(column)), "-", color=colour, marker=".", label=label)
    axes.set(xlabel="epoch", ylabel=AXES.get(quantity, quantity))
    if quantity in FROM_ZERO:
        axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    return figure


def _xy(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
