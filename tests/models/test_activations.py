"""Each non-linearity of a residual network equals its formula."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from kymatio_learned.models import activation
from kymatio_learned.models.activations import ACTIVATIONS

from ..assertions import FLOAT64, assert_close

FORMULAS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "relu": lambda x: np.maximum(x, 0),
    "abs": np.abs,
    "soft_threshold": lambda x: np.sign(x) * np.maximum(np.abs(x) - 1, 0),
    "tanh": np.tanh,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "dead_zone_abs": lambda x: np.maximum(np.abs(x) - 1, 0),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_equals_its_formula(name: str) -> None:
    x = 2 * torch.randn(3, 4, 5, 6, dtype=torch.float64)
    assert_close(activation(name, 4).double()(x), FORMULAS[name](x.numpy()), FLOAT64)


@pytest.mark.parametrize("name", ["soft_threshold", "dead_zone_abs"])
def test_thresholds_are_learned_one_a_channel(name: str) -> None:
    module, x = activation(name, 4), 3 * torch.ones(2, 4, 3, 3)
    (threshold,) = module.parameters()
    assert threshold.shape == (4, 1, 1)
    module(x).sum().backward()  # beyond the threshold, each of 18 values has slope -1
    assert threshold.grad is not None
    assert torch.equal(threshold.grad.flatten(), torch.full((4,), -18.0))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_others_learn_nothing(name: str) -> None:
    learned = name in ("soft_threshold", "dead_zone_abs")
    assert bool(list(activation(name, 4).parameters())) == learned


def test_unknown_name() -> None:
    with pytest.raises(ValueError, match="dead_zone_abs, got 'gelu'"):
        activation("gelu", 4)
