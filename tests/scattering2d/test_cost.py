"""The default backend: matrix products for small images, the Fourier domain for large ones."""

import pytest
import torch

from kymatio_learned.scattering2d.backend.cost import (
    dense_cost,
    fastest_backend,
    fourier_cost,
    separable_cost,
)
from kymatio_learned.scattering2d.filter_bank import BANKS
from kymatio_learned.scattering2d.utils import Geometry, padded_shape
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT32, assert_close

STRIDES = {"octave": 2, "half_octave_first": 1, "half_octave_second": 2}


def geometry(size: int, stride: int) -> Geometry:
    return Geometry((size, size), padded_shape((size, size)), stride)


@pytest.mark.parametrize("L", [4, 8])
@pytest.mark.parametrize("bank", BANKS)
def test_small_images_take_products_and_large_ones_the_fourier_domain(bank: str, L: int) -> None:
    # Products grow with a higher power of the size: there is one size from which they are slower.
    names = []
    for size in (2, 4, 8, 16, 32, 64, 128):
        S = PhaseCollapse2D((size, size), L, bank=bank)
        names.append(S.backend.name)
    products = names.count("torch_matmul")
    assert names == ["torch_matmul"] * products + ["torch"] * (len(names) - products)
    assert names[1] == "torch_matmul"
    assert names[-1] == "torch"


@pytest.mark.parametrize("stride", [1, 2])
def test_cost_of_products_counts_multiplications(stride: int) -> None:
    # Twice the side: 16 times the entries of one matrix, 8 times those of matrices along axes,
    # from sizes where the output is half the image, or all of it.
    small, large = geometry(32, stride), geometry(64, stride)
    assert dense_cost(4, large) == pytest.approx(16 * dense_cost(4, small))
    ranks = [(3, 2), (2, 1), (1, 1)]
    # Their number of calls, which is the same, hardly counts.
    assert separable_cost(ranks, large) == pytest.approx(8 * separable_cost(ranks, small), rel=0.05)
    # Through the Fourier domain it is that of the padded pixels.
    assert fourier_cost(4, large) == pytest.approx((68 / 36) ** 2 * fourier_cost(4, small))


def test_ranks_decide_between_the_ways() -> None:
    small = geometry(8, 2)
    assert (
        separable_cost([(1, 8)], small) < dense_cost(8, small) < separable_cost([(8, 1)] * 8, small)
    )
    at_64 = geometry(64, 2)
    assert fastest_backend(4, [(1, 4)], at_64) == "torch_matmul"
    assert fastest_backend(4, [(9, 1)] * 4, at_64) == "torch"


@pytest.mark.parametrize("size", [8, 72])
def test_the_user_may_choose(size: int) -> None:
    x = torch.randn(2, size, size)
    default = PhaseCollapse2D((size, size), 4)
    results = []
    for name in ("torch", "torch_matmul"):
        S = PhaseCollapse2D((size, size), 4, backend=name)
        assert S.backend.name == name
        results.append(S(x))
    assert default.backend.name == ("torch_matmul" if size == 8 else "torch")
    assert torch.equal(default(x), results[default.backend.name == "torch_matmul"])
    assert_close(results[1], results[0], FLOAT32)
