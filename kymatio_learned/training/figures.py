"""Pictures of a training and of the wavelets that it used."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..scattering2d.frontend.torch_frontend import PhaseCollapse2D

# Above this number of classes a confusion matrix has no room for names and counts.
MAX_NAMED_CLASSES = 20
# Wavelets are shown on this many pixels: they are a few pixels wide.
WAVELET_PIXELS = 12


def learning_curves(rows: Sequence[Mapping[str, float | None]]) -> Figure:
    """Draw loss, accuracy and learning rate against the epoch.

    Parameters
    ----------
    rows
        Those of :class:`History`.

    Returns
    -------
    Figure
        Three panels.
    """
    figure = Figure(figsize=(12, 3.6), layout="constrained")
    loss, accuracy, rate = figure.subplots(1, 3)
    for axes, quantity in ((loss, "loss"), (accuracy, "accuracy")):
        for split, style in (("train", "--"), ("test", "-")):
            points = [(row["epoch"], row[f"{split}_{quantity}"]) for row in rows]
            points = [point for point in points if point[1] is not None]
            axes.plot(
                *np.array(points, dtype=float).reshape(-1, 2).T, style, marker=".", label=split
            )
        axes.set(xlabel="epoch", title=quantity)
        axes.legend()
    rate.plot([row["epoch"] for row in rows], [row["learning_rate"] for row in rows], marker=".")
    rate.set(xlabel="epoch", title="learning rate at the start of the epoch")
    for axes in (loss, accuracy, rate):
        axes.grid(alpha=0.3)
        axes.xaxis.get_major_locator().set_params(integer=True)
    return figure


def confusion_matrix(counts: NDArray[np.int64], classes: Sequence[str]) -> Figure:
    """Draw how many test images of each class were given each label.

    Parameters
    ----------
    counts
        Shape (n_classes, n_classes), true class by row.
    classes
        Name of each class.

    Returns
    -------
    Figure
        One panel; the colour is the share of the true class.
    """
    n = len(classes)
    named = n <= MAX_NAMED_CLASSES
    side = 3 + 0.45 * min(n, MAX_NAMED_CLASSES)
    figure = Figure(figsize=(side, 0.85 * side), layout="constrained")
    axes = figure.subplots()
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(share, vmin=0, vmax=1, cmap="Blues")
    figure.colorbar(image, ax=axes, shrink=0.75, label="share of the true class")
    correct, total = int(np.trace(counts)), int(counts.sum())
    title = f"{correct} of {total} test images are right ({correct / max(total, 1):.2%})"
    axes.set(xlabel="predicted class", ylabel="true class", title=title)
    if named:
        axes.set_xticks(range(n), classes, rotation=90 if max(map(len, classes)) > 2 else 0)
        axes.set_yticks(range(n), classes)
        for row, column in zip(*np.nonzero(counts), strict=True):
            colour = "white" if share[row, column] > 0.5 else "black"
            text = str(counts[row, column])
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=8)
    return figure


def wavelets(operators: Iterable[PhaseCollapse2D]) -> Figure:
    """Draw the different banks among some wavelet operators, in space and in frequency.

    Parameters
    ----------
    operators
        Those of a network's layers; the first one of each bank is shown.

    Returns
    -------
    Figure
        Two rows a bank: the real parts of the filters on 12x12 pixels, and their Fourier
        transforms on [-pi, pi) x [-pi, pi).
    """
    banks: dict[str, PhaseCollapse2D] = {}
    for operator in operators:
        banks.setdefault(operator.bank, operator)
    columns = 1 + max(operator.L for operator in banks.values())
    figure = Figure(figsize=(1.1 * columns + 0.8, 2.7 * len(banks)), layout="constrained")
    grid = figure.subplots(2 * len(banks), columns, squeeze=False)
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
    for index, (bank, operator) in enumerate(banks.items()):
        filters = torch.cat([operator.phi[None], operator.psi]).double().cpu()
        space = torch.fft.fftshift(torch.fft.ifft2(filters).real, dim=(-2, -1))
        frequency = torch.fft.fftshift(filters, dim=(-2, -1))
        top, bottom = grid[2 * index : 2 * index + 2]
        title = bank.replace("_", " ")
        top[0].set_ylabel(f"{title}\nspace", fontsize=8)
        bottom[0].set_ylabel(f"{title}\nfrequency", fontsize=8)
        for k in range(len(filters)):
            name = r"$\phi$" if k == 0 else rf"$\psi_{{{k}}}$"
            top[k].set_title(name, fontsize=9)
            _show(top[k], _centre(space[k].numpy()))
            _show(bottom[k], frequency[k].numpy())
    return figure


def _centre(image: NDArray[np.float64]) -> NDArray[np.float64]:
    middle = (size // 2 for size in image.shape)
    half = WAVELET_PIXELS // 2
    return image[tuple(slice(max(0, m - half), m + half) for m in middle)]


def _show(axes: Axes, image: NDArray[np.float64]) -> None:
    limit = np.abs(image).max()
    axes.imshow(image, cmap="RdBu_r", vmin=-limit, vmax=limit)
