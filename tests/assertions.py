"""Comparisons by the relative error of the whole array: norm of the difference over norm."""

from typing import Any

import numpy as np
import torch

FLOAT32 = 1e-5
FLOAT64 = 1e-10


def to_numpy(x: Any) -> Any:
    """Return an array in double precision."""
    array = x.detach().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)
    return array.astype(complex if np.iscomplexobj(array) else float)


def relative_error(actual: Any, expected: Any) -> float:
    """Return the norm of the difference over the norm of what is expected."""
    actual, expected = to_numpy(actual), to_numpy(expected)
    assert actual.shape == expected.shape, f"got {actual.shape}, expected {expected.shape}"
    return float(np.linalg.norm(actual - expected) / np.linalg.norm(expected))


def assert_close(actual: Any, expected: Any, tolerance: float) -> None:
    """Fail unless the shapes agree and the relative error is at most `tolerance`."""
    error = relative_error(actual, expected)
    assert error <= tolerance, f"relative error {error:.2e} is above {tolerance:.0e}"
