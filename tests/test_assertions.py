"""The comparison that all tests rest on must itself fail when it should."""

import numpy as np
import pytest
import torch

from .assertions import assert_close, relative_error


def test_relative_error_is_the_norm_of_the_difference_over_the_norm() -> None:
    assert relative_error(np.array([3.0, 4.5]), np.array([3.0, 4.0])) == 0.1


def test_comparison_accepts_an_error_below_the_tolerance() -> None:
    assert_close(torch.tensor([1.0, 1.0 + 1e-6]), np.ones(2), 1e-5)


@pytest.mark.parametrize(
    "actual",
    [np.array([1.0, 1.1]), np.array([1.0, np.nan]), np.array([1.0]), np.ones((1, 2))],
    ids=["wrong", "nan", "short", "other shape"],
)
def test_comparison_refuses(actual: np.ndarray) -> None:
    with pytest.raises(AssertionError):
        assert_close(actual, np.ones(2), 1e-5)


def test_comparison_refuses_a_wrong_phase() -> None:
    with pytest.raises(AssertionError):
        assert_close(torch.ones(2, dtype=torch.complex64) * 1j, np.ones(2), 1e-5)
