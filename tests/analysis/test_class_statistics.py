"""Covariances within and between classes are what they say, and add up."""

import numpy as np
import pytest

from kymatio_learned.analysis import class_statistics

from ..assertions import FLOAT64, assert_close
from . import gaussians


def test_moments_of_gaussian_classes(rng: np.random.Generator) -> None:
    means, sigma = rng.standard_normal((4, 3)), gaussians.covariance(rng, 3)
    x, y = gaussians.draw(rng, means, sigma, 50)
    statistics = class_statistics(x, y)
    assert_close(statistics.means, means, FLOAT64)
    assert_close(statistics.within, sigma, FLOAT64)
    assert_close(statistics.between, np.cov(means.T, bias=True), FLOAT64)
    assert statistics.counts.tolist() == [50] * 4


def test_they_add_up_to_the_covariance_of_all_samples(rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((60, 5)), rng.choice([2, 3, 7], 60, p=[0.7, 0.2, 0.1])
    statistics = class_statistics(x, y)
    assert statistics.classes.tolist() == [2, 3, 7]
    assert_close(statistics.within + statistics.between, np.cov(x.T, bias=True), FLOAT64)
    assert_close(statistics.mean, x.mean(0), FLOAT64)


def test_wrong_shapes() -> None:
    with pytest.raises(ValueError, match=r"expected features \(n, d\) and labels \(n,\), got \(4,"):
        class_statistics(np.zeros((4, 2)), [0, 1])
    with pytest.raises(ValueError, match="expected at least two classes, got 1"):
        class_statistics(np.zeros((4, 2)), np.zeros(4))
