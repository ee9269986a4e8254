"""Probes find what is linear, and nothing where there is nothing."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifierCV

from kymatio_learned.analysis import fit_reduction, linear_probe
from kymatio_learned.analysis.linear_probe import SOLVERS

from ..assertions import FLOAT64, assert_close
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
def test_units_of_the_features_do_not_matter(solver: str, rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((300, 8)), rng.integers(0, 3, 300)
    x[:, 0] += y
    a, b = (
        linear_probe(z[:200], y[:200], z[200:], y[200:], solver=solver) for z in (x, 1e-4 * x + 3)
    )
    assert np.array_equal(a.predictions, b.predictions)


def test_features_are_standardized(rng: np.random.Generator) -> None:
    x = rng.standard_normal((300, 4)) * [0.5, 1, 2, 4] + 3
    z = fit_reduction(x).transform(x)
    variances = x.var(0)
    assert_close(z.mean(0) + 1, np.ones(4), FLOAT64)
    assert_close(z.var(0), variances / (variances + variances.mean() / 100), FLOAT64)


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


def test_rounding_of_constant_features_is_no_feature(rng: np.random.Generator) -> None:
    """Standardized as the others, a thousand constants' rounding would drown the ten features."""
    x, y = rng.standard_normal((200, 10)), np.arange(200) % 2
    x[:, 0] += 4 * y
    noise = 1 + 1e-7 * rng.standard_normal((200, 1000))
    z = np.concatenate([x, noise], 1).astype(np.float32)
    assert fit_reduction(z).transform(z)[:, 10:].std() < 1e-4
    assert linear_probe(z[:60], y[:60], z[60:], y[60:]).test_accuracy > 0.9


def test_a_feature_that_hardly_varies_in_training_does_no_harm(rng: np.random.Generator) -> None:
    x, y = rng.standard_normal((200, 10)), np.arange(200) % 2
    x[:, 0] += 4 * y
    x[:60, 1:] *= 1e-4
    assert linear_probe(x[:60], y[:60], x[60:], y[60:]).test_accuracy > 0.9


def test_constant_features_do_no_harm() -> None:
    x = np.stack([np.arange(20.0) % 2, np.full(20, 7.0)], 1)
    assert linear_probe(x, x[:, 0], x, x[:, 0]).test_accuracy == 1


def test_wrong_arguments() -> None:
    x, y = np.zeros((4, 3)), [0, 0, 1, 1]
    with pytest.raises(ValueError, match="expected solver to be one of ridge, logistic, got 'svm'"):
        linear_probe(x, y, x, y, solver="svm")
    with pytest.raises(ValueError, match=r"expected features \(n, d\) and \(n_test, d\), got"):
        linear_probe(x, y, np.zeros((4, 2)), y)
    with pytest.raises(ValueError, match="expected four training samples a class for four folds"):
        linear_probe(np.eye(4), y, np.eye(4), y, solver="logistic")
    with pytest.raises(ValueError, match="expected features that are not all constant"):
        fit_reduction(np.ones((3, 2)))
    with pytest.raises(ValueError, match="expected max_features to be at least 1, got 0"):
        fit_reduction(x, 0)
