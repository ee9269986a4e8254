"""Pictures that compare runs."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .finished_run import FinishedRun


def curves(runs: Sequence[FinishedRun], quantity: str, labels: Sequence[str]) -> Figure:
    """Draw a quantity of the training images (dashed) and the test images against the epoch.

    Parameters
    ----------
    runs
        Several runs, each in a colour of its own.
    quantity
        "loss", "accuracy" or "learning_rate".
    labels
        Name of each run.

    Returns
    -------
    Figure
        One panel.
    """
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    for index, (run, label) in enumerate(zip(runs, labels, strict=True)):
        colour = f"C{index % 10}"
        if quantity == "learning_rate":
            axes.plot(*_xy(run.column(quantity)), "-", color=colour, marker=".", label=label)
            continue
        axes.plot(*_xy(run.column(f"train_{quantity}")), "--", color=colour, alpha=0.6)
        test = run.column(f"test_{quantity}")
        axes.plot(*_xy(test), "-", color=colour, marker=".", label=label)
    axes.set(xlabel="epoch", ylabel=quantity.replace("_", " "))
    axes.grid(alpha=0.3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    return figure


def _xy(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
