"""Classes whose means and covariances are exactly what is asked for."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def draw(
    rng: np.random.Generator, means: Array, covariance: Array, n: int
) -> tuple[Array, NDArray[np.int64]]:
    """Draw `n` samples a class, and map them so that their sample moments are the given ones."""
    d = len(covariance)
    samples = []
    for mean in means:
        x = rng.standard_normal((n, d))
        x = x - x.mean(0)
        white = np.linalg.solve(np.linalg.cholesky(x.T @ x / n), x.T).T
        samples.append(mean + white @ np.linalg.cholesky(covariance).T)
    return np.concatenate(samples), np.repeat(np.arange(len(means)), n)


def covariance(rng: np.random.Generator, d: int) -> Array:
    """Draw a positive matrix."""
    A = rng.standard_normal((d, d))
    return A @ A.T + 0.1 * np.eye(d)
