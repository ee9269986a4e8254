"""A larger grid where the Fourier transform of the padded image is slow: sizes, same results."""

import numpy as np
import pytest
import torch

from kymatio_learned.scattering2d.backend.grid import on_fast_grid
from kymatio_learned.scattering2d.filter_bank import BANKS, filter_bank
from kymatio_learned.scattering2d.utils import Geometry, padded_shape
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import assert_close


def grid(shape: tuple[int, int], bank: str = "octave") -> tuple[int, ...]:
    """Return the size of the grid, in place of that of the padded image."""
    padded = padded_shape(shape)
    phi, psi = filter_bank(*padded, 4, bank=bank)
    filters = np.concatenate([phi[None], psi])
    stride = 1 if bank == "half_octave_first" else 2
    moved = on_fast_grid(filters, Geometry(shape, padded, stride))
    assert len(moved) == 5
    assert moved.dtype == filters.dtype
    return moved.shape[1:]


def largest_prime_factor(n: int) -> int:
    factor = 2
    while n > 1:
        if n % factor:
            factor += 1
        else:
            n //= factor
    return factor


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", [(8, 8), (32, 32), (60, 60), (92, 128)], ids=str)
def test_fast_sizes_have_no_grid(shape: tuple[int, int], bank: str) -> None:
    # Padded by 4: 12, 36, 64, 96 and 132.
    assert all(largest_prime_factor(size) <= 13 for size in padded_shape(shape))
    assert grid(shape, bank) == padded_shape(shape)


@pytest.mark.parametrize("bank", BANKS)
def test_images_no_larger_than_the_filters_have_no_grid(bank: str) -> None:
    # 34 = 2 * 17, but a torus that the filters wrap around is no part of a larger one.
    assert grid((2, 30), bank) == padded_shape((2, 30)) == (6, 34)


@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", [(112, 112), (112, 60), (111, 230)], ids=str)
def test_slow_sizes_have_a_fast_grid(shape: tuple[int, int], bank: str) -> None:
    padded = padded_shape(shape)
    assert max(largest_prime_factor(size) for size in padded) > 13
    for size, side in zip(padded, grid(shape, bank), strict=True):
        assert side % 2 == 0
        assert size < side < 2 * size
        assert largest_prime_factor(side) <= 5


# Padded to 58 = 2 * 29 and 62 = 2 * 31; to 34 = 2 * 17 and 20. With 8 angles filters are longer.
CASES = [((54, 57), L, bank) for L in (4, 8) for bank in BANKS] + [((30, 16), 4, "octave")]


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64], ids=str)
@pytest.mark.parametrize(("shape", "L", "bank"), CASES, ids=str)
def test_operator_on_the_grid_equals_the_one_in_double_precision(
    shape: tuple[int, int], L: int, bank: str, dtype: torch.dtype
) -> None:
    S = PhaseCollapse2D(shape, L, bank=bank, backend="torch")
    assert S.filters.shape[1] > S.phi.shape[0]
    x = torch.randn(2, *shape, dtype=dtype)
    weights = torch.randn(S(x).shape)
    results = []
    for image in (x, x.to(torch.promote_types(dtype, torch.float64))):
        image.requires_grad_()
        low, high = S.wavelets(image)
        energies = torch.cat([low.unsqueeze(1), high], 1).abs().square()
        (gradient,) = torch.autograd.grad((energies * weights).sum(), image)
        results.append((low, high, gradient))
    for actual, expected in zip(*results, strict=True):
        assert_close(actual, expected, 1e-6)
