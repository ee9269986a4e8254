"""How far the means of classes are apart, in units of the spread within classes."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve

from .class_statistics import class_statistics


def fisher_ratio(features: ArrayLike, labels: ArrayLike) -> float:
    r"""Compute the Fisher discriminant ratio.

    .. math:: \frac 1 C \, \mathrm{Tr}\left( \Sigma_W^{-1} \, \Sigma_B \right)

    with the covariances within and between the :math:`C` classes of `ClassStatistics`. No
    invertible linear map of the features changes it. It grows with the separation of the classes'
    means, and as each class concentrates around its mean.

    Parameters
    ----------
    features
        ``(n, d)``, with many more samples than features: see `fit_reduction`.
    labels
        Class of each sample, ``(n,)``.

    Returns
    -------
    float
        The ratio.

    Raises
    ------
    ValueError
        If the covariance within classes has no inverse, in particular for fewer samples than
        features.

    References
    ----------
    Zarka, Guth, Mallat, *Separation and concentration in deep networks*, ICLR 2021.

    Examples
    --------
    >>> fisher_ratio([[0.0], [2.0], [4.0], [6.0]], [0, 0, 1, 1])
    2.0
    """
    statistics = class_statistics(features, labels)
    n, d, C = statistics.counts.sum(), len(statistics.mean), len(statistics.classes)
    if n - C < d:
        raise ValueError(
            f"expected more samples than features and classes together, got {n} samples of {d} "
            f"features in {C} classes: reduce the features first"
        )
    try:
        factor = cho_factor(statistics.within)
    except np.linalg.LinAlgError:
        raise ValueError(
            "expected an invertible covariance within classes, got features that depend on each "
            "other: reduce them first"
        ) from None
    return float(np.trace(cho_solve(factor, statistics.between)) / C)
