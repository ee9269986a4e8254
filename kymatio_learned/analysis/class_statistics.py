"""Means and covariances of classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ClassStatistics:
    r"""The means of some classes, and the covariances within and between them.

    With :math:`n_c` of the :math:`n` samples in class :math:`c` of :math:`C`,

    .. math:: \Sigma_W = \frac 1 n \sum_c \sum_{i \in c} (x_i - \mu_c)(x_i - \mu_c)^T, \qquad
              \Sigma_B = \sum_c \frac{n_c}{n} (\mu_c - \mu)(\mu_c - \mu)^T,

    whose sum is the covariance of all samples.

    Attributes
    ----------
    classes
        The labels, in ascending order, ``(C,)``.
    counts
        :math:`n_c`, ``(C,)``.
    means
        :math:`\mu_c`, ``(C, d)``.
    mean
        :math:`\mu`, of all samples, ``(d,)``.
    within, between
        :math:`\Sigma_W` and :math:`\Sigma_B`, ``(d, d)``.
    """

    classes: NDArray[np.int64]
    counts: NDArray[np.int64]
    means: FloatArray
    mean: FloatArray
    within: FloatArray
    between: FloatArray


def class_means(
    features: ArrayLike, labels: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray, FloatArray]:
    """Return the classes, their numbers of samples, their means, and the centred samples.

    Parameters
    ----------
    features
        ``(n, d)``.
    labels
        Class of each sample, ``(n,)``.

    Returns
    -------
    classes, counts : NDArray
        ``(C,)``.
    means : NDArray
        ``(C, d)``.
    centred : NDArray
        The samples less the means of their classes, ``(n, d)``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or if there are fewer than two classes.
    """
    x, y = np.asarray(features, dtype=np.float64), np.asarray(labels)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(
            f"expected features (n, d) and labels (n,), got {x.shape} and {np.shape(labels)}"
        )
    classes, index, counts = np.unique(y, return_inverse=True, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"expected at least two classes, got {len(classes)}")
    means = np.stack([x[index == c].mean(0) for c in range(len(classes))])
    return classes, counts, means, x - means[index]


def class_statistics(features: ArrayLike, labels: ArrayLike) -> ClassStatistics:
    """Compute the means of classes, and the covariances within and between them.

    Parameters
    ----------
    features
        ``(n, d)``.
    labels
        Class of each sample, ``(n,)``.

    Returns
    -------
    ClassStatistics
        In double precision.

    Raises
    ------
    ValueError
        If the shapes do not fit, or if there are fewer than two classes.

    Examples
    --------
    >>> statistics = class_statistics([[0.0], [2.0], [4.0], [6.0]], [0, 0, 1, 1])
    >>> statistics.means.ravel().tolist()
    [1.0, 5.0]
    >>> float(statistics.within[0, 0]), float(statistics.between[0, 0])
    (1.0, 4.0)
    """
    classes, counts, means, centred = class_means(features, labels)
    shares = counts / counts.sum()
    mean = shares @ means
    deviations = means - mean
    return ClassStatistics(
        classes=classes,
        counts=counts,
        means=means,
        mean=mean,
        within=centred.T @ centred / len(centred),
        between=(shares[:, None] * deviations).T @ deviations,
    )
