"""Probes find what is linear, and nothing where there is nothing."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifierCV

from kymatio_learned.analysis import fit_reduction, linear_probe
from kymatio_learned.analysis.linear_probe import SOLVERS

from . import gaussians


@pytest.mark.parametrize("solver", SOLVERS)
def test_accuracy_of_two_gaussian_classes_is_that_of_bayes(
    solver: str, rng: np.random.Generator
) -> None:
    # At distance 2 a of unit Gaussians the best accuracy is the normal distribution at a = 1.
    means = np.zeros((2, 10))
    means[:, 0] = (-1, 1)
    train = gaussians.draw(rng, means, np.eye(10), 1000)
    test = gaussians.draw(rng, means, np.eye(10), 5000)
    probe = linear_probe(*train, *test, solver=solver)
    assert probe.test_accuracy == pytest.approx(0.8413, abs=0.012)  # three standard errors
    assert probe.train_accuracy == pytest.approx(0.8413, abs=0.035)


def test_noise_is_guessed(rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((2000, 20)), rng.integers(0, 4, 2000)
    assert linear_probe(x[:1000], y[:1000], x[1000:], y[1000:]).test_accuracy < 0.3


@pytest.mark.parametrize("solver", SOLVERS)
def test_scales_of_features_do_not_matter(solver: str, rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((300, 8)), rng.integers(0, 3, 300)
    x[:, 0] += y
    scaled = x * 10.0 ** np.arange(-4, 4) + 3
    a, b = (linear_probe(z[:200], y[:200], z[200:], y[200:], solver=solver) for z in (x, scaled))
    assert np.mean(a.predictions == b.predictions) > 0.98


def test_wide_features_keep_their_first_components(rng: np.random.Generator) -> None:
    """Two directions hold nearly all; a probe of them is a probe of their coordinates."""
    z, y = rng.standard_normal((200, 2)), rng.integers(0, 2, 200)
    z[:, 0] += 3 * y
    x = z @ np.linalg.qr(rng.standard_normal((50, 2)))[0].T + 1e-6 * rng.standard_normal((200, 50))
    reduced = fit_reduction(x[:100], 2).transform(x)
    assert reduced.shape == (200, 2)
    probe = linear_probe(x[:100], y[:100], x[100:], y[100:], max_features=2)
    direct = RidgeClassifierCV(np.logspace(-1, 6, 15)).fit(reduced[:100], y[:100])
    assert np.array_equal(probe.predictions, direct.predict(reduced[100:]))
    assert probe.test_accuracy > 0.9


def test_more_features_than_images(rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((40, 300)), np.arange(40) % 2
    x[:, :5] += 4 * y[:, None]
    assert fit_reduction(x[:20], 100).transform(x).shape == (40, 20)
    assert linear_probe(x[:20], y[:20], x[20:], y[20:], max_features=100).test_accuracy > 0.7


def test_constant_features_do_no_harm() -> None:
    x = np.stack([np.arange(20.0) % 2, np.full(20, 7.0)], 1)
    assert linear_probe(x, x[:, 0], x, x[:, 0]).test_accuracy == 1


def test_wrong_arguments() -> None:
    x, y = np.zeros((4, 3)), [0, 0, 1, 1]
    with pytest.raises(ValueError, match="expected solver to be one of ridge, logistic, got 'svm'"):
        linear_probe(x, y, x, y, solver="svm")
    with pytest.raises(ValueError, match=r"expected features \(n, d\) and \(n_test, d\), got"):
        linear_probe(x, y, np.zeros((4, 2)), y)
    with pytest.raises(ValueError, match="expected max_features to be at least 1, got 0"):
        fit_reduction(x, 0)
