"""Measures of neural collapse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .class_statistics import FloatArray, class_means


@dataclass(frozen=True)
class NeuralCollapse:
    r"""How far features are from neural collapse; all of them are 0 when it is complete.

    With the means :math:`\mu_c` of :math:`C` classes, their mean :math:`\mu`, and
    :math:`m_c = \mu_c - \mu`:

    Attributes
    ----------
    nc1
        Variability within classes: :math:`\mathrm{Tr}(\Sigma_W \Sigma_B^\dagger) / C`.
    nc2_norms
        How unequal the :math:`\|m_c\|` are: their standard deviation over their mean.
    nc2_angles
        Distance from the largest equal angles: the mean over :math:`c \neq c'` of
        :math:`|\cos(m_c, m_{c'}) + 1/(C - 1)|`.
    nc3
        Distance of the classifier from the means:
        :math:`\| W / \|W\|_F - M / \|M\|_F \|_F^2`, where :math:`M` has the rows :math:`m_c`; None
        without a classifier.
    nc4
        Share of the samples that the classifier does not give to the class of the nearest mean;
        None without a classifier.
    """

    nc1: float
    nc2_norms: float
    nc2_angles: float
    nc3: float | None = None
    nc4: float | None = None


def neural_collapse(
    features: ArrayLike,
    labels: ArrayLike,
    weight: ArrayLike | None = None,
    bias: ArrayLike | None = None,
) -> NeuralCollapse:
    r"""Measure neural collapse.

    The features may be of any width: only their projection on the means of the classes counts for
    the first measure, because :math:`\Sigma_B^\dagger` is zero elsewhere.

    Parameters
    ----------
    features
        What comes into the linear classifier, or any layer's output, ``(n, d)``.
    labels
        Class of each sample, 0 to :math:`C - 1`, ``(n,)``.
    weight, bias
        Of the linear classifier, ``(C, d)`` and ``(C,)``.

    Returns
    -------
    NeuralCollapse
        The measures.

    Raises
    ------
    ValueError
        If the shapes do not fit, or if all classes have the same mean.

    References
    ----------
    Papyan, Han, Donoho, *Prevalence of neural collapse during the terminal phase of deep learning
    training*, PNAS 2020.

    Examples
    --------
    >>> import numpy as np
    >>> simplex = np.eye(3) - 1 / 3  # three points at equal angles
    >>> collapse = neural_collapse(np.repeat(simplex, 10, 0), np.repeat(range(3), 10), simplex)
    >>> all(abs(value) < 1e-12 for value in vars(collapse).values())
    True
    """
    classes, counts, means, centred = class_means(features, labels)
    C = len(classes)
    m = means - means.mean(0)
    norms = np.linalg.norm(m, axis=1)
    if not norms.min() > 0:
        raise ValueError(
            "expected classes of different means, got a class whose mean is that of all"
        )
    cosines = (m @ m.T / np.outer(norms, norms))[~np.eye(C, dtype=bool)]
    nc3 = nc4 = None
    if weight is not None:
        W = np.asarray(weight, dtype=np.float64)
        if W.shape != m.shape or not np.array_equal(classes, np.arange(C)):
            raise ValueError(
                f"expected a weight {m.shape} and labels from 0 to {len(W) - 1}, "
                f"got {W.shape} and labels {classes.tolist()}"
            )
        nc3 = float(np.square(W / np.linalg.norm(W) - m / np.linalg.norm(m)).sum())
        b = np.zeros(C) if bias is None else np.asarray(bias, dtype=np.float64)
        nc4 = _disagreement(np.asarray(features, dtype=np.float64), means, W, b)
    return NeuralCollapse(
        nc1=_nc1(centred, means, counts / counts.sum()),
        nc2_norms=float(norms.std() / norms.mean()),
        nc2_angles=float(np.abs(cosines + 1 / (C - 1)).mean()),
        nc3=nc3,
        nc4=nc4,
    )


def _nc1(centred: FloatArray, means: FloatArray, shares: FloatArray) -> float:
    """Return Tr(W B^+) / C, from the singular vectors of the centred means."""
    deviations = np.sqrt(shares)[:, None] * (means - shares @ means)  # B is their Gram matrix
    _, s, V = np.linalg.svd(deviations, full_matrices=False)
    kept = s > s[0] * max(deviations.shape) * np.finfo(np.float64).eps
    variances = np.square(centred @ V[kept].T).mean(0)
    return float((variances / s[kept] ** 2).sum() / len(means))


def _disagreement(x: FloatArray, means: FloatArray, W: FloatArray, b: FloatArray) -> float:
    """Return the share of samples whose classifier and nearest mean differ."""
    nearest = (x @ means.T - np.square(means).sum(1) / 2).argmax(1)
    return float(np.mean((x @ W.T + b).argmax(1) != nearest))
