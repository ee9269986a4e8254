"""The concentration is F^T rho(F x), its rows of equal norms, its frame tight at first."""

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch

from kymatio_learned.layers import FrameConcentration, make_orthogonal
from kymatio_learned.layers.frame_concentration import CONCENTRATIONS

from ..assertions import FLOAT32, FLOAT64, assert_close

RHO = {
    "soft_threshold": lambda z, t: np.sign(z) * np.maximum(np.abs(z) - t, 0),
    "relu": lambda z, t: np.maximum(z - t, 0),
    "modulus": lambda z, t: np.abs(z),
}


@pytest.mark.parametrize("width", [3, 5, 12])
@pytest.mark.parametrize("nonlinearity", CONCENTRATIONS)
def test_equals_its_formula(nonlinearity: str, width: int) -> None:
    layer = FrameConcentration(5, width, nonlinearity=nonlinearity).double()
    with torch.no_grad():
        layer.weight.mul_(1 + torch.rand(width, 1))  # rows of other norms are rescaled
    x = torch.randn(2, 5, 3, 4, dtype=torch.float64)
    F = layer.weight.detach().numpy()
    F = F / np.sqrt((F**2).sum(1, keepdims=True)) * min(1, math.sqrt(5 / width))
    z = np.einsum("kc,bcmn->bkmn", F, x.numpy())
    threshold = {"soft_threshold": 1.5, "relu": 1.0, "modulus": 0.0}[nonlinearity]
    rho = RHO[nonlinearity](z, threshold / math.sqrt(width))
    expected = np.einsum("kc,bkmn->bcmn", F, rho)
    for training in (False, True):
        assert_close(layer.train(training)(x), expected, FLOAT64)


def test_frame_is_nearly_tight_at_first() -> None:
    # Orthonormal columns have rows whose norms are close to each other when the frame is wide.
    F = FrameConcentration(8, width=2048).weight
    assert torch.linalg.matrix_norm(F.T @ F - torch.eye(8), 2) < 0.1
    assert_close(F.norm(dim=1), torch.full((2048,), math.sqrt(8 / 2048)), FLOAT32)


def test_threshold_zero_gives_the_input_back() -> None:
    # F^T F = 1 exactly, and a soft threshold at 0 is the identity.
    layer = FrameConcentration(4, width=9, nonlinearity="soft_threshold", threshold=0.0)
    make_orthogonal(layer)
    x = torch.randn(2, 4, 3, 3)
    assert_close(layer(x), x, FLOAT32)


@pytest.mark.parametrize("nonlinearity", CONCENTRATIONS)
def test_gradients_in_training_are_those_of_the_rescaled_frame(nonlinearity: str) -> None:
    """The step starts from the frame that was used, and its gradient is not projected."""
    layer = FrameConcentration(3, 7, nonlinearity=nonlinearity).double()
    x = torch.randn(2, 3, 2, 2, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.mul_(2)
    layer.train()(x).square().sum().backward()
    assert layer.weight.grad is not None
    assert_close(layer.weight.norm(dim=1), torch.full((7,), layer.row_norm).double(), FLOAT32)
    weight = layer.weight.detach().clone().requires_grad_(True)
    z = torch.einsum("kc,bcmn->bkmn", weight, x)
    rho = {
        "soft_threshold": z - z.clamp(-layer.threshold, layer.threshold),
        "relu": (z - layer.threshold).clamp(min=0),
        "modulus": z.abs(),
    }[nonlinearity]
    torch.einsum("kc,bkmn->bcmn", weight, rho).square().sum().backward()
    assert_close(layer.weight.grad, weight.grad, FLOAT64)


def test_two_passes_before_a_backward_pass() -> None:
    layer = FrameConcentration(3, 7)
    a, b = torch.randn(2, 1, 3, 4, 4)
    (layer(a) + layer(b)).sum().backward()
    other = copy.deepcopy(layer)
    other.zero_grad()
    layer.zero_grad()
    (layer(a).sum() + layer(b).sum()).backward()
    other(a).sum().backward()
    other(b).sum().backward()
    assert layer.weight.grad is not None
    assert_close(layer.weight.grad, other.weight.grad, FLOAT32)


def test_evaluation_changes_no_parameter() -> None:
    layer = FrameConcentration(3, 7).eval()
    with torch.no_grad():
        layer.weight.mul_(2)
    before = layer.weight.detach().clone()
    layer(torch.randn(1, 3, 2, 2))
    assert torch.equal(layer.weight, before)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"nonlinearity": "tanh"}, ValueError, "soft_threshold, relu, modulus, got 'tanh'"),
        ({"threshold": -1.0}, ValueError, "expected threshold to be at least 0, got -1.0"),
        (
            {"nonlinearity": "modulus", "threshold": 1.0},
            ValueError,
            "expected no threshold for 'modulus', got threshold=1.0",
        ),
        ({"width": 0}, ValueError, "expected width to be at least 1, got 0"),
        ({"width": 2.5}, TypeError, "expected width to be an integer, got 2.5"),
        ({"in_channels": 0}, ValueError, "expected in_channels to be at least 1, got 0"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        FrameConcentration(**({"in_channels": 3, "width": 4} | arguments))
