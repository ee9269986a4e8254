"""The operator equals a direct convolution in space: other formulas, other arithmetic.

The twin samples the Morlet formula itself in float64 and convolves by explicit sums. The package
uses Kymatio's filters, which are built in complex64: this sets the tolerance, 2e-6, also where
the images are in double precision.
"""

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.filter_bank import BANKS, filter_bank
from kymatio_learned.torch import PhaseCollapse2D

from .. import reference
from ..assertions import FLOAT32, FLOAT64, assert_close
from .backends import BACKENDS

FILTER_ROUNDING = 2e-6
ANGLES = [(4, False), (8, False), (8, True)]
SHAPES = [(2, 2), (2, 3), (3, 2), (5, 4), (8, 8), (7, 10)]
FRONTENDS = ["numpy", "torch", "torch_matmul"]


def draw(rng: np.random.Generator, shape: tuple[int, ...], is_complex: bool) -> Any:
    x = rng.standard_normal(shape)
    return x + 1j * rng.standard_normal(shape) if is_complex else x


@cache
def operator(frontend: str, shape: tuple[int, int], L: int, bank: str, full_circle: bool) -> Any:
    """Build a frontend, or one of the backends of the PyTorch frontend."""
    if frontend == "numpy":
        return NumpyPhaseCollapse2D(shape, L, bank=bank, full_circle=full_circle)
    return PhaseCollapse2D(shape, L, bank=bank, full_circle=full_circle, backend=frontend)


def wavelets(frontend: str, x: Any, *bank: Any) -> Any:
    """Filter arrays with a frontend."""
    S = operator(frontend, x.shape[-2:], *bank)
    return S.wavelets(x if frontend == "numpy" else torch.from_numpy(x))


@pytest.mark.parametrize(("L", "full_circle"), ANGLES)
@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_wavelets_equal_a_direct_convolution_in_space(
    rng: np.random.Generator, shape: tuple[int, int], bank: str, L: int, full_circle: bool
) -> None:
    real, z = draw(rng, (2, *shape), False), draw(rng, (2, *shape), True)
    phi, psi = reference.wavelets(np.concatenate([real, z]), L, bank, full_circle)
    for frontend in FRONTENDS:
        low, high = wavelets(frontend, real, L, bank, full_circle)
        assert_close(low, phi[:2], FILTER_ROUNDING)
        assert_close(high, psi[:2], FILTER_ROUNDING)
        low, high = wavelets(frontend, z, L, bank, full_circle)
        assert_close(low, phi[2:], FILTER_ROUNDING)
        assert_close(high, psi[2:], FILTER_ROUNDING)


@pytest.mark.parametrize(("L", "full_circle"), ANGLES)
@pytest.mark.parametrize("bank", BANKS)
def test_filters_are_the_fourier_transforms_of_the_formula(
    bank: str, L: int, full_circle: bool
) -> None:
    size = (12, 14)
    phi, psi = filter_bank(*size, L, bank=bank, full_circle=full_circle)
    low, high = reference.spatial_bank(size, L, bank, full_circle)
    assert_close(reference.in_space(torch.from_numpy(phi)), low, FILTER_ROUNDING)
    for actual, expected in zip(psi, high, strict=True):
        assert_close(reference.in_space(torch.from_numpy(actual)), expected, FILTER_ROUNDING)


@pytest.mark.parametrize("bank", BANKS)
def test_operator_is_phi_then_the_moduli(rng: np.random.Generator, bank: str) -> None:
    x = draw(rng, (6, 9), is_complex=False)
    phi, psi = reference.wavelets(x, 4, bank, full_circle=False)
    S = PhaseCollapse2D((6, 9), 4, bank=bank)
    assert_close(S(torch.from_numpy(x)), np.concatenate([phi[None], abs(psi)]), FILTER_ROUNDING)
    S_numpy = NumpyPhaseCollapse2D((6, 9), 4, bank=bank)
    assert_close(S_numpy(x), np.concatenate([phi[None], abs(psi)]), FILTER_ROUNDING)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128], ids=str)
@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", [(2, 2), (9, 12), (16, 16)], ids=str)
def test_backends_agree(
    rng: np.random.Generator, shape: tuple[int, int], bank: str, dtype: torch.dtype
) -> None:
    # They share the filters, so that only the arithmetic differs.
    x = draw(rng, (3, *shape), is_complex=True)
    phi, psi = wavelets("numpy", x, 4, bank, False)
    for backend in BACKENDS:
        S = PhaseCollapse2D(shape, 4, bank=bank, backend=backend)
        low, high = S.wavelets(torch.from_numpy(x).to(dtype))
        tolerance = FLOAT64 if dtype == torch.complex128 else FLOAT32
        assert_close(low, phi, tolerance)
        assert_close(high, psi, tolerance)
