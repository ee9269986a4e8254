"""The operator through the Fourier domain equals the NumPy frontend, and has its adjoint."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from kymatio_learned.numpy import PhaseCollapse2D as NumpyPhaseCollapse2D
from kymatio_learned.scattering2d.backend import blocks, fourier
from kymatio_learned.scattering2d.filter_bank import BANKS, filter_bank
from kymatio_learned.scattering2d.utils import Geometry

from ..assertions import assert_close

SHAPES = [(2, 2), (2, 3), (7, 10), (16, 13)]
# Larger than the filters, which wrap around a smaller torus: there another grid differs.
LARGE = (37, 40)
# Each grid has filters of its own, rounded to float32.
GRID_ROUNDING = 1e-6


class Case:
    """An operator, images for it as planes, and what the NumPy frontend makes of them."""

    def __init__(
        self, rng: np.random.Generator, shape: tuple[int, int], bank: str, p: int, batch: int = 2
    ) -> None:
        S = NumpyPhaseCollapse2D(shape, 4, bank=bank)
        self.bank, self.p = bank, p
        self.geometry = Geometry(shape, S.padded_shape, S.stride)
        self.filters = self.paired(S.phi, S.psi)
        planes = rng.standard_normal((batch, *shape, p, 3))
        self.x = torch.from_numpy(planes)
        images = planes[:, :, :, 0] + (1j * planes[:, :, :, 1] if p == 2 else 0)
        self.low, self.high = S.wavelets(images.transpose(0, 3, 1, 2))

    def paired(self, phi: NDArray[Any], psi: NDArray[Any]) -> Tensor:
        """Return filters as the functions take them, in double precision."""
        filters = torch.from_numpy(np.concatenate([phi[None], psi])).double()
        return fourier.paired(filters, self.geometry.stride)

    def larger_grid(self, margin: int) -> Tensor:
        """Return the filters on the padded image's grid, with a margin on each side and more."""
        M, N = (size + 2 * margin for size in self.geometry.padded)
        return self.paired(*filter_bank(M, N + 2, 4, bank=self.bank))

    def check(self, low: Tensor, high: Tensor, tolerance: float) -> None:
        """Compare planes with the NumPy frontend."""
        assert_close(complex_images(low), self.low, tolerance)
        assert_close(complex_images(high.permute(0, 1, 2, 3, 5, 4)), self.high, tolerance)


def complex_images(planes: Tensor) -> Any:
    """Return ``(B, C, ..., M, N)``, complex, of planes ``(B, M, N, p, C, ...)``."""
    images = np.moveaxis(planes.numpy(), (1, 2), (-2, -1))
    return images[:, 0] + (1j * images[:, 1] if images.shape[1] == 2 else 0)


def check_adjoint(case: Case, filters: Tensor) -> None:
    """Compare inner products of images and of features: <A x, y> = <x, A* y>."""
    low, high = fourier.analysis(case.x, filters, case.geometry)
    y_low, y_high = torch.randn_like(low), torch.randn_like(high)
    (x,) = fourier.synthesis(y_low, y_high, filters, case.geometry)
    assert x.shape == case.x.shape
    features = (low * y_low).sum() + (high * y_high).sum()
    assert (case.x * x).sum().item() == pytest.approx(features.item(), rel=1e-11)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_analysis_equals_the_numpy_frontend(
    rng: np.random.Generator, shape: tuple[int, int], bank: str, p: int
) -> None:
    case = Case(rng, shape, bank, p)
    low, high = fourier.analysis(case.x, case.filters, case.geometry)
    case.check(low, high, 1e-12)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("bank", BANKS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_synthesis_is_the_adjoint(
    rng: np.random.Generator, shape: tuple[int, int], bank: str, p: int
) -> None:
    case = Case(rng, shape, bank, p)
    check_adjoint(case, case.filters)
    check_adjoint(case, case.larger_grid(margin=10))  # adjoint also where filters do not fit


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("bank", BANKS)
def test_a_larger_grid_gives_the_same(rng: np.random.Generator, bank: str, p: int) -> None:
    case = Case(rng, LARGE, bank, p)
    filters = case.larger_grid(margin=18)
    case.check(*fourier.analysis(case.x, filters, case.geometry), GRID_ROUNDING)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("images", [1, 2, 4, 7])
def test_blocks_of_any_size_give_the_same(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, images: int, p: int
) -> None:
    # 5 batches of 3 channels: blocks within a batch, of one batch, of several that do not divide 5.
    case = Case(rng, (6, 7), "octave", p, batch=5)
    arguments = case.filters, case.geometry
    low, high = fourier.analysis(case.x, *arguments)
    y_low, y_high = torch.randn_like(low), torch.randn_like(high)
    (x,) = fourier.synthesis(y_low, y_high, *arguments)

    counts = []
    fft2 = torch.fft.fft2

    def count(z: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        counts.append(len(z))
        return fft2(z, *args, **kwargs)

    image_bytes = 5 * (case.geometry.padded[0] // 2) * (case.geometry.padded[1] // 2) * 16
    monkeypatch.setattr(fourier, "_BLOCK_BYTES", images * image_bytes)
    monkeypatch.setattr(torch.fft, "fft2", count)
    low_blocks, high_blocks = fourier.analysis(case.x, *arguments)
    (x_blocks,) = fourier.synthesis(y_low, y_high, *arguments)
    assert sum(counts) == 2 * 15
    assert max(counts) <= images < 15
    assert_close(low_blocks, low, 1e-15)
    assert_close(high_blocks, high, 1e-15)
    assert_close(x_blocks, x, 1e-15)


def test_blocks_cover_every_image_once() -> None:
    for size in (1, 3, 5, 8, 100):
        x = torch.zeros(4, 5)
        for block in blocks.blocks(x, 4, 5, 10, size * 10):
            assert 0 < x[block].numel() <= size
            x[block] += 1
        assert (x == 1).all()
