"""Linear classifiers of features, by scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline


def _ridge(seed: int) -> BaseEstimator:
    return RidgeClassifierCV(alphas=np.logspace(-1, 6, 15))


def _logistic(seed: int) -> BaseEstimator:
    return GridSearchCV(
        LogisticRegression(max_iter=5000),
        {"C": np.logspace(-5, 1, 7)},
        cv=StratifiedKFold(4, shuffle=True, random_state=seed),
    )


# Share of the mean variance that is added to each. A feature that hardly varies among the training
# images, such as a corner of a digit, would drown all others where a test image differs there.
_VARIANCE_SHARE = 0.01


# Each chooses its regularization by cross-validation on the training features.
SOLVERS: dict[str, Callable[[int], BaseEstimator]] = {"ridge": _ridge, "logistic": _logistic}


@dataclass(frozen=True)
class LinearProbe:
    """How well a linear classifier does on features.

    Attributes
    ----------
    train_accuracy, test_accuracy
        Shares of correct answers.
    predictions
        Class that each test sample was given.
    """

    train_accuracy: float
    test_accuracy: float
    predictions: NDArray[np.int64]


def fit_reduction(features: ArrayLike, max_features: int = 1000, *, seed: int = 0) -> Pipeline:
    r"""Fit a scikit-learn transformer that standardizes features, and reduces wide ones by a PCA.

    Each feature is centred, and divided by :math:`\sqrt{v + \bar v / 100}`, with its variance
    :math:`v` and the mean :math:`\bar v` of the variances of all features.

    Parameters
    ----------
    features
        Training features ``(n, d)``.
    max_features
        Number of principal components kept of more features than that.
    seed
        Of the PCA, which draws random vectors for large problems.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Its ``transform`` maps ``(n, d)`` to ``(n, max_features)``, or fewer.

    Raises
    ------
    ValueError
        If `max_features` is not positive, or if all features are constant.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(0).standard_normal((100, 30))
    >>> fit_reduction(x, 50).transform(x).shape, fit_reduction(x, 20).transform(x).shape
    ((100, 30), (100, 20))
    """
    if max_features < 1:
        raise ValueError(f"expected max_features to be at least 1, got {max_features}")
    x = np.asarray(features)
    steps: list[BaseEstimator] = [_Standardizer()]
    if x.shape[1] > max_features:
        steps.append(PCA(min(max_features, len(x)), random_state=seed))
    return make_pipeline(*steps).fit(x)


class _Standardizer(TransformerMixin, BaseEstimator):
    """Standardize features, but for those that hardly vary."""

    def fit(self, X: NDArray[np.floating[Any]], y: None = None) -> _Standardizer:
        variances = X.var(0)
        self.mean_ = X.mean(0)
        self.scale_ = np.sqrt(variances + _VARIANCE_SHARE * variances.mean())
        if not self.scale_.all():
            raise ValueError("expected features that are not all constant")
        return self

    def transform(self, X: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        return (X - self.mean_) / self.scale_


def linear_probe(
    train_features: ArrayLike,
    train_labels: ArrayLike,
    test_features: ArrayLike,
    test_labels: ArrayLike,
    *,
    solver: str = "ridge",
    max_features: int = 1000,
    seed: int = 0,
) -> LinearProbe:
    """Train a linear classifier on features, and test it.

    The features are standardized, and where they are wide reduced by a PCA, both fitted on the
    training features; the strength of the regularization is chosen by cross-validation on them.

    Parameters
    ----------
    train_features, test_features
        ``(n, d)`` and ``(n_test, d)``.
    train_labels, test_labels
        Class of each sample.
    solver
        ``"ridge"``, scikit-learn's ``RidgeClassifierCV``, or ``"logistic"``, its
        ``LogisticRegression`` in a ``GridSearchCV`` of four folds.
    max_features
        Number of principal components kept of more features than that.
    seed
        Of the PCA and the folds.

    Returns
    -------
    LinearProbe
        Accuracies and predictions.

    Raises
    ------
    ValueError
        If the solver is unknown, the shapes do not fit, or a class has fewer than four training
        samples for ``"logistic"``.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> x, y = load_digits(return_X_y=True)
    >>> probe = linear_probe(x[:1000], y[:1000], x[1000:], y[1000:])
    >>> round(probe.test_accuracy, 1)
    0.9
    """
    if solver not in SOLVERS:
        raise ValueError(f"expected solver to be one of {', '.join(SOLVERS)}, got {solver!r}")
    train, test = np.asarray(train_features), np.asarray(test_features)
    if train.ndim != 2 or test.ndim != 2 or train.shape[1] != test.shape[1]:
        raise ValueError(
            f"expected features (n, d) and (n_test, d), got {train.shape} and {test.shape}"
        )
    if solver == "logistic" and (least := np.unique(train_labels, return_counts=True)[1].min()) < 4:
        raise ValueError(f"expected four training samples a class for four folds, got {least}")
    reduction = fit_reduction(train, max_features, seed=seed)
    train, test = reduction.transform(train), reduction.transform(test)
    classifier = SOLVERS[solver](seed).fit(train, np.asarray(train_labels))
    predictions = classifier.predict(test)
    return LinearProbe(
        train_accuracy=float(np.mean(classifier.predict(train) == np.asarray(train_labels))),
        test_accuracy=float(np.mean(predictions == np.asarray(test_labels))),
        predictions=predictions,
    )
