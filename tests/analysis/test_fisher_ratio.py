"""The Fisher ratio of Gaussian classes has a closed form, and no linear map changes it."""

import numpy as np
import pytest

from kymatio_learned.analysis import fisher_ratio

from . import gaussians


def test_closed_form(rng: np.random.Generator) -> None:
    means, sigma = rng.standard_normal((5, 4)), gaussians.covariance(rng, 4)
    x, y = gaussians.draw(rng, means, sigma, 40)
    m = means - means.mean(0)
    expected = np.mean([v @ np.linalg.inv(sigma) @ v for v in m]) / 5
    assert fisher_ratio(x, y) == pytest.approx(expected, rel=1e-10)


def test_invertible_maps_leave_it(rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((90, 6)), rng.integers(0, 3, 90)
    A = rng.standard_normal((6, 6))
    assert fisher_ratio(x @ A + 5, y) == pytest.approx(fisher_ratio(x, y), rel=1e-8)


def test_it_grows_as_means_separate_and_as_classes_concentrate(rng: np.random.Generator) -> None:
    means, sigma = rng.standard_normal((3, 4)), gaussians.covariance(rng, 4)
    plain, apart, narrow = (
        fisher_ratio(*gaussians.draw(rng, a * means, b * sigma, 30))
        for a, b in ((1, 1), (2, 1), (1, 0.25))
    )
    assert apart == pytest.approx(4 * plain, rel=1e-8)
    assert narrow == pytest.approx(4 * plain, rel=1e-8)


def test_no_inverse(rng: np.random.Generator) -> None:
    y = np.arange(10) % 2
    with pytest.raises(ValueError, match="got 10 samples of 9 features in 2 classes: reduce"):
        fisher_ratio(rng.standard_normal((10, 9)), y)
    x = rng.standard_normal((10, 1)) @ np.ones((1, 2))
    with pytest.raises(ValueError, match="features that depend on each other"):
        fisher_ratio(np.round(x * 8), y)
