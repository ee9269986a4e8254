"""Products by real matrices equal those of complex matrices, in NumPy."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from kymatio_learned.layers.mixing_products import (
    Gradient,
    factor,
    multiply,
    multiply_adjoint_,
    weight_gradient,
)
from kymatio_learned.layers.slots import Block, to_slots

from ..assertions import assert_close

N, K = 7, 6
CHANNELS = pytest.mark.parametrize(("n_complex", "n_real"), [(3, 6), (0, 6), (3, 0)])
WEIGHTS = pytest.mark.parametrize("is_complex", [True, False])
# bfloat16 has 8 significant bits; it multiplies by one matrix, the others by two.
PRECISIONS = pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [(torch.float64, 1e-14), (torch.float32, 1e-6), (torch.bfloat16, 2e-2)],
    ids=str,
)


class Case:
    """Complex features, weights, their scale, and a gradient, each also as real planes.

    The weights are in the order of the slots, as the features are.
    """

    def __init__(
        self, rng: np.random.Generator, n_complex: int, n_real: int, is_complex: bool
    ) -> None:
        self.n_complex, self.is_complex = n_complex, is_complex
        self.all_real = not is_complex and n_complex == 0
        C = n_complex + n_real
        self.x = rng.standard_normal((N, C)) + 1j * rng.standard_normal((N, C))
        self.x[:, n_complex:].imag = 0
        self.weight = rng.standard_normal((K, C)) + 0j
        if is_complex:
            self.weight += 1j * rng.standard_normal((K, C))
        self.grad = rng.standard_normal((N, K)) + 0j
        if not self.all_real:
            self.grad += 1j * rng.standard_normal((N, K))
        self.scale = rng.uniform(0.5, 2, C)
        self.blocks = [Block(3, 1)] * bool(n_complex) + [Block(3, 2)] * bool(n_real)

    def features(self, x: Any) -> Any:
        """Return features as planes [re | real | im]."""
        return np.concatenate([x.real, x.imag[:, : self.n_complex]], 1)

    def products(self, y: Any) -> Any:
        """Return products as planes, real parts first, along the last axis."""
        return y.real if self.all_real else np.concatenate([y.real, y.imag], -1)

    def weights(self, weight: Any) -> Any:
        """Return weights, or their gradient, as real matrices."""
        return np.stack([weight.real, weight.imag]) if self.is_complex else weight.real

    def factors(self, dtype: torch.dtype) -> tuple[Tensor, ...]:
        """Return the factors of the weights times the scale, given both apart."""
        exchanged = [Block(block.n_filters, block.in_channels) for block in self.blocks]
        public = to_slots(tensor(self.weights(self.weight / self.scale)), exchanged)
        weight = public.movedim(0, 2) if self.is_complex else public
        return factor(weight, tensor(self.scale), self.blocks, self.n_complex, dtype)


def tensor(array: Any, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array)).to(dtype)


@PRECISIONS
@WEIGHTS
@CHANNELS
def test_products_equal_complex_ones(
    rng: np.random.Generator,
    n_complex: int,
    n_real: int,
    is_complex: bool,
    dtype: torch.dtype,
    tolerance: float,
) -> None:
    case = Case(rng, n_complex, n_real, is_complex)
    factors = case.factors(dtype)
    assert all(matrix.dtype == dtype for matrix in factors)
    assert len(factors) == (2 if is_complex and dtype != torch.bfloat16 else 1)
    y = multiply(tensor(case.features(case.x), dtype), factors)
    assert y.dtype == dtype
    assert_close(y.double(), case.products(case.x @ case.weight.T), tolerance)


@PRECISIONS
@WEIGHTS
@CHANNELS
def test_adjoint_is_added(
    rng: np.random.Generator,
    n_complex: int,
    n_real: int,
    is_complex: bool,
    dtype: torch.dtype,
    tolerance: float,
) -> None:
    case = Case(rng, n_complex, n_real, is_complex)
    factors = case.factors(dtype)
    x = tensor(case.features(case.x), dtype)
    grad = Gradient.of(tensor(case.products(case.grad), dtype), factors)
    multiply_adjoint_(x, grad, factors)
    expected = case.features(case.x + case.grad @ case.weight.conj())
    assert_close(x.double(), expected, tolerance)


@PRECISIONS
@WEIGHTS
@CHANNELS
def test_weight_gradient_equals_the_complex_one(
    rng: np.random.Generator,
    n_complex: int,
    n_real: int,
    is_complex: bool,
    dtype: torch.dtype,
    tolerance: float,
) -> None:
    case = Case(rng, n_complex, n_real, is_complex)
    x = tensor(case.features(case.x), dtype)
    grad = Gradient.of(tensor(case.products(case.grad), dtype), case.factors(dtype))
    gradient = weight_gradient(x, grad, n_complex, is_complex)
    expected = case.weights(case.grad.T @ case.x.conj())
    assert_close(gradient.double(), expected, tolerance)
