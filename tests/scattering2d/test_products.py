"""The operator as matrix products equals the one through the Fourier domain, as does its adjoint.

Tables are rounded to float32, but for the check of the adjoint, where they are cast to float64.
"""

from typing import Any

import numpy as np
import pytest
import torch
from scipy.fft import ifft2
from torch import Tensor

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.backend import fourier, products
from kymatio_learned.scattering2d.filter_bank import BANKS, filter_bank
from kymatio_learned.scattering2d.utils import Geometry

from ..assertions import assert_close

TOLERANCE = 1e-6
SHAPES = [(2, 3), (4, 5), (9, 8)]
ARGUMENTS = pytest.mark.parametrize("arguments", [(4, False), (6, True)], ids=str)
KINDS = pytest.mark.parametrize("kind", ["dense", "separable"])


class Case:
    """Filters, their tables of one kind, and the analysis and synthesis with these."""

    def __init__(
        self, kind: str, shape: tuple[int, int], bank: str, arguments: tuple[int, bool]
    ) -> None:
        L, full_circle = arguments
        S = NumpyPhaseCollapse2D(shape, L, bank=bank, full_circle=full_circle)
        self.kind, self.geometry = kind, Geometry(shape, S.padded_shape, S.stride)
        self.filters = torch.from_numpy(np.concatenate([S.phi[None], S.psi]))
        build = products.dense_tables if kind == "dense" else products.separable_tables
        tables = build(S.phi, S.psi, self.geometry)
        self.tables = {name: torch.from_numpy(table) for name, table in tables.items()}

    def analysis(self, x: Tensor) -> tuple[Tensor, ...]:
        """Filter planes; all angles are in one tensor if dense, else in one each."""
        keywords: dict[str, Any] = {"tables": self.tables, "geometry": self.geometry}
        if self.kind == "dense":
            return products.dense_analysis(x, **keywords)
        return products.separable_analysis(x, **keywords)

    def synthesis(self, low: Tensor, *highs: Tensor) -> Tensor:
        """Apply the adjoint."""
        keywords: dict[str, Any] = {"tables": self.tables, "geometry": self.geometry}
        if self.kind == "dense":
            (high,) = highs
            return products.dense_synthesis(low, high, **keywords)[0]
        return products.separable_synthesis(low, *highs, **keywords)[0]


@KINDS
@ARGUMENTS
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_analysis_equals_that_of_the_fourier_domain(
    shape: tuple[int, int], bank: str, p: int, arguments: tuple[int, bool], kind: str
) -> None:
    case = Case(kind, shape, bank, arguments)
    x = torch.randn(2, *shape, p, 3)
    low, *highs = case.analysis(x)
    filters = fourier.paired(case.filters.double(), case.geometry.stride)
    expected = fourier.analysis(x.double(), filters, case.geometry)
    assert all(y.dtype == torch.float32 for y in (low, *highs))
    assert len(highs) == (1 if kind == "dense" else arguments[0])
    assert_close(low, expected[0], TOLERANCE)
    assert_close(torch.cat(highs, 4), expected[1], TOLERANCE)


@KINDS
@ARGUMENTS
@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("bank", BANKS)
def test_synthesis_is_the_adjoint(
    bank: str, p: int, arguments: tuple[int, bool], kind: str
) -> None:
    case = Case(kind, (5, 6), bank, arguments)
    case.tables = {name: table.double() for name, table in case.tables.items()}
    x = torch.randn(2, 5, 6, p, 3, dtype=torch.float64)
    features = case.analysis(x)
    y = [torch.randn_like(feature) for feature in features]
    adjoint = case.synthesis(*y)
    assert adjoint.shape == x.shape
    product = sum((a * b).sum().item() for a, b in zip(features, y, strict=True))
    assert (x * adjoint).sum().item() == pytest.approx(product, rel=1e-11)


@KINDS
def test_maps_may_have_any_strides(kind: str) -> None:
    # A layer passes views: permuted planes, gradients that were expanded.
    case = Case(kind, (4, 5), "octave", (4, False))
    x = torch.randn(3, 2, 2, 4, 5).permute(0, 3, 4, 2, 1)
    features = case.analysis(x)
    for y, same in zip(features, case.analysis(x.contiguous()), strict=True):
        assert torch.equal(y, same)
    ones = [torch.ones(()).expand(y.shape) for y in features]
    whole = [y.contiguous() for y in ones]
    assert torch.equal(case.synthesis(*ones), case.synthesis(*whole))


@pytest.mark.parametrize("p", [1, 2])
def test_dense_results_lie_in_memory_as_the_planes_do(p: int) -> None:
    # The operator brings images one after the other, a layer channels last: nothing is transposed.
    case = Case("dense", (4, 6), "half_octave_first", (4, False))
    images = torch.randn(2, 3, 4, 6, p)
    planes = images.permute(0, 2, 3, 4, 1)
    low, high = case.analysis(planes)
    assert low.permute(0, 4, 1, 2, 3)[1, 2].is_contiguous()
    assert high.permute(0, 5, 3, 4, 1, 2)[1, 2].is_contiguous()
    for y, same in zip((low, high), case.analysis(planes.contiguous()), strict=True):
        assert same.stride(-1) == 1
        assert_close(y, same, TOLERANCE)
    adjoint = case.synthesis(low, high)
    assert adjoint.permute(0, 4, 1, 2, 3).is_contiguous()
    assert_close(adjoint, case.synthesis(low.contiguous(), high.contiguous()), TOLERANCE)


@pytest.mark.parametrize("bank", BANKS)
def test_ranks(bank: str) -> None:
    # With 4 angles the envelope is isotropic, a product of functions of x and of y, and so is the
    # wave. The wavelet subtracts another such product: each of its parts adds at most one row.
    # Along an axis one part of the wave vanishes. The two diagonals are mirror images.
    phi, psi = filter_bank(32, 32, 4, bank=bank)
    assert products.ranks(phi[None]) == [(1, 1)]
    assert sorted(products.ranks(psi)) == [(1, 1), (2, 1), (3, 2)]
    of_8 = products.ranks(filter_bank(32, 32, 8, bank=bank)[1])
    assert max(rank for rank, _ in of_8) > 3
    assert sum(n for _, n in of_8) == 8


@pytest.mark.parametrize("L", [4, 8])
@pytest.mark.parametrize("bank", BANKS)
def test_factors_reproduce_each_filter(bank: str, L: int) -> None:
    phi, psi = filter_bank(20, 26, L, bank=bank)
    filters = ifft2(np.concatenate([phi[None], psi]).astype(np.float64))
    groups = products.groups(filters)
    assert sorted(k for group in groups for k in group) == list(range(1 + L))
    for group in groups:
        rows, columns = products.factors(filters[group])
        assert rows.dtype == np.float64
        assert rows.shape == (columns.shape[1], 20)
        # Each singular value that is left out is below the tolerance, and there are few of them.
        assert_close(rows.T @ columns, filters[group], 5 * products.RANK_TOLERANCE)


def test_factors_find_the_rank_that_matrices_share(rng: np.random.Generator) -> None:
    for rank in (1, 3, 5):
        rows = rng.standard_normal((9, rank))
        z = np.stack([rows @ rng.standard_normal((rank, 12)) for _ in range(2)])
        rows, columns = products.factors(z)
        assert len(rows) == rank
        assert_close(rows.T @ columns, z, 1e-13)


def test_groups_share_all_of_their_rows(rng: np.random.Generator) -> None:
    rows = rng.standard_normal((2, 9, 2))
    a, b, c = (rows[k] @ rng.standard_normal((2, 12)) for k in (0, 1, 0))
    of_one_row = rows[0, :, :1] @ rng.standard_normal((1, 12))
    assert products.groups([a, b, of_one_row, c]) == [[0, 3], [1], [2]]
