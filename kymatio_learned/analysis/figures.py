"""Pictures of how layers separate classes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .class_statistics import class_means
from .separation import LayerSeparation

_PANELS = {
    "probe_accuracy": "accuracy of a linear probe (%)",
    "fisher_ratio": "Fisher ratio",
    "nc1": "NC1: variability within classes",
    "nc2_norms": "NC2: spread of the means' norms",
    "nc2_angles": "NC2: distance from equal angles",
}


def separation_by_depth(
    networks: Mapping[str, Sequence[Sequence[LayerSeparation]]],
    measures: Sequence[str] = tuple(_PANELS),
) -> Figure:
    """Draw measures of separation against the depth of the layer.

    Parameters
    ----------
    networks
        For each network one or more lists of rows as `layer_separation` returns them, such as one
        for each seed. Of several, the mean is drawn, with a band of one standard deviation.
    measures
        Which attributes of `LayerSeparation` to draw, one panel each.

    Returns
    -------
    Figure
        One panel a measure.

    Raises
    ------
    ValueError
        If a measure is unknown.
    """
    if unknown := [measure for measure in measures if measure not in _PANELS]:
        raise ValueError(f"expected measures among {', '.join(_PANELS)}, got {', '.join(unknown)}")
    figure, panels = _panels(len(measures))
    for axes, measure in zip(panels, measures, strict=True):
        for name, runs in networks.items():
            values = np.array([[getattr(row, measure) for row in run] for run in runs])
            _band(axes, 100 * values if "accuracy" in measure else values, name)
        axes.set_title(_PANELS[measure], fontsize=10)
        if measure in ("fisher_ratio", "nc1"):
            axes.set_yscale("log")
    _legend(figure, panels)
    return figure


def changes_by_depth(networks: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Figure:
    """Draw the effect of small changes of the images against the depth of the layer.

    Parameters
    ----------
    networks
        For each network, the table of `layer_changes`.

    Returns
    -------
    Figure
        One panel a change.
    """
    changes = list(next(iter(next(iter(networks.values())).values())))
    figure, panels = _panels(len(changes), sharey=True)
    for axes, change in zip(panels, changes, strict=True):
        for name, table in networks.items():
            _band(axes, np.array([[layer[change] for layer in table.values()]]), name)
        axes.set_title(change, fontsize=10)
    panels[0].set_ylim(0, None)  # of all panels, when all curves are there
    panels[0].set_ylabel("change, relative to\nanother image")
    _legend(figure, panels)
    return figure


def mean_angles(
    features: Mapping[str, ArrayLike], labels: ArrayLike, classes: Sequence[str]
) -> Figure:
    r"""Draw the cosines between the means of classes, less the mean of all classes.

    Neural collapse makes all of them :math:`-1 / (C - 1)`, but for the diagonal.

    Parameters
    ----------
    features
        For each layer, ``(n, d)``.
    labels
        Class of each sample, ``(n,)``.
    classes
        Name of each class.

    Returns
    -------
    Figure
        One panel a layer.
    """
    side = 1.6 + 0.2 * len(classes)
    figure = Figure(figsize=(side * len(features) + 1, side), layout="constrained")
    panels = figure.subplots(1, len(features), squeeze=False)[0]
    for axes, (name, x) in zip(panels, features.items(), strict=True):
        _, _, means, _ = class_means(x, labels)
        m = means - means.mean(0)
        m = m / np.linalg.norm(m, axis=1, keepdims=True)
        image = axes.imshow(m @ m.T, vmin=-1, vmax=1, cmap="RdBu_r")
        axes.set(title=name, xticks=[], yticks=[])
    panels[0].set_yticks(range(len(classes)), classes)
    figure.colorbar(image, ax=list(panels), shrink=0.8, label="cosine")
    return figure


def _panels(n: int, **options: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure with panels in rows of three, whose horizontal axis is depth."""
    n_rows, n_columns = -(-n // 3), min(n, 3)
    figure = Figure(figsize=(3.4 * n_columns, 2.8 * n_rows + 0.8), layout="constrained")
    panels = list(figure.subplots(n_rows, n_columns, squeeze=False, **options).flat)
    for axes in panels[n:]:
        axes.remove()
    for axes in panels[:n]:
        axes.set_xlabel("depth (0: the images)")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
    return figure, panels[:n]


def _legend(figure: Figure, panels: Sequence[Axes]) -> None:
    lines, labels = panels[0].get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)


def _band(axes: Axes, values: np.ndarray, label: str) -> None:
    """Draw the mean of some runs (runs, depth), and a band of one standard deviation."""
    depth, mean = range(values.shape[1]), values.mean(0)
    (line,) = axes.plot(depth, mean, "o-", markersize=3, label=label)
    if len(values) > 1:
        deviation = values.std(0, ddof=1)
        axes.fill_between(
            depth, mean - deviation, mean + deviation, color=line.get_color(), alpha=0.2
        )
