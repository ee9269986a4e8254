"""Figures show the numbers that they are given."""

import io

import numpy as np
import pytest
from matplotlib.figure import Figure

from kymatio_learned.analysis import (
    LayerSeparation,
    changes_by_depth,
    mean_angles,
    separation_by_depth,
)


def row(layer: str, accuracy: float) -> LayerSeparation:
    return LayerSeparation(layer, 10, 1.0, accuracy, accuracy, 1.0, 0.1, 0.2)


def draw(figure: Figure) -> Figure:
    figure.savefig(io.BytesIO(), format="png")
    return figure


def test_mean_and_band_of_several_runs() -> None:
    runs = [[row("input", 0.3), row("layer 0", 0.5)], [row("input", 0.5), row("layer 0", 0.9)]]
    figure = draw(separation_by_depth({"modulus": runs, "other": runs[:1]}, ["probe_accuracy"]))
    (axes,) = figure.axes
    modulus, other = axes.get_lines()
    assert modulus.get_label() == "modulus"
    assert np.allclose(np.asarray(modulus.get_ydata()), [40, 70])
    assert np.allclose(np.asarray(other.get_ydata()), [30, 50])
    (band,) = axes.collections  # one run has none
    low, high = 40 - 200**0.5, 70 + 800**0.5  # standard deviations of samples of two
    assert band.get_datalim(axes.transData).bounds == pytest.approx((0, low, 1, high - low))


def test_every_measure_has_a_panel() -> None:
    figure = draw(separation_by_depth({"a": [[row("input", 0.3), row("layer 0", 0.5)]]}))
    assert len(figure.axes) == 5
    with pytest.raises(ValueError, match="expected measures among probe_accuracy"):
        separation_by_depth({}, ["loss"])


def test_changes() -> None:
    table = {"input": {"shift": 0.25, "warp": 0.5}, "layer 0": {"shift": 0.125, "warp": 1.0}}
    figure = draw(changes_by_depth({"modulus": table}))
    assert [axes.get_title() for axes in figure.axes] == ["shift", "warp"]
    (line,) = figure.axes[1].get_lines()
    assert np.asarray(line.get_ydata()).tolist() == [0.5, 1.0]
    for axes in figure.axes:  # all curves are in sight
        assert axes.get_ylim()[0] == 0
        assert axes.get_ylim()[1] > 1


def test_cosines_of_a_simplex() -> None:
    x, y = np.repeat(np.eye(3), 4, 0), np.repeat(range(3), 4)
    figure = draw(mean_angles({"last": x}, y, ["a", "b", "c"]))
    expected = np.full((3, 3), -0.5) + 1.5 * np.eye(3)
    assert np.allclose(np.asarray(figure.axes[0].images[0].get_array()), expected)
