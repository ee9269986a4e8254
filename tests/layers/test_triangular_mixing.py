"""Triangular mixing is a channel mixing whose zeros are not stored."""

from collections.abc import Sequence

import pytest
import torch
from torch.autograd import gradcheck

from kymatio_learned.layers import ChannelLayout, ChannelMixing, TriangularMixing

from ..assertions import FLOAT32, FLOAT64, assert_close

LAYOUT = ChannelLayout(n_complex=3, n_real=4)
ORDERS = (1, 0, 2, 2, 0, 1, 2)
SIZES = (2, 1, 3)
OUT_ORDERS = torch.arange(3).repeat_interleave(torch.tensor(SIZES))
HIGHER = torch.tensor(ORDERS) > OUT_ORDERS[:, None]


@pytest.fixture(params=[True, False], ids=["complex", "real"])
def mixing(request: pytest.FixtureRequest) -> TriangularMixing:
    return TriangularMixing(LAYOUT, ORDERS, SIZES, complex_weights=request.param).double()


def test_it_multiplies_by_its_weight(mixing: TriangularMixing) -> None:
    full = ChannelMixing(LAYOUT, 6, complex_weights=mixing.complex_weights).double()
    full.load_state_dict({"weight": mixing.weight})
    x = torch.randn(2, LAYOUT.n_planes, 3, 4, dtype=torch.float64)
    assert_close(mixing(x), full(x), FLOAT64)
    assert mixing.out_layout == full.out_layout == ChannelLayout(n_complex=6)


def test_the_weight_is_zero_for_higher_orders_alone(mixing: TriangularMixing) -> None:
    assert not mixing.weight[HIGHER].any()
    assert mixing.weight[~HIGHER].all()


def test_only_what_is_not_zero_is_a_parameter(mixing: TriangularMixing) -> None:
    per_entry = 2 if mixing.complex_weights else 1
    stored = sum(parameter.numel() for parameter in mixing.parameters())
    assert stored == per_entry * int((~HIGHER).sum())
    assert list(mixing.state_dict()) == [f"blocks.{order}.weight" for order in range(3)]


def test_a_column_of_a_block_is_the_next_channel_that_it_sees(mixing: TriangularMixing) -> None:
    for order, block in enumerate(mixing.blocks):
        seen = [c for c, o in enumerate(ORDERS) if o <= order]
        assert torch.equal(mixing.weight[OUT_ORDERS.eq(order)][:, seen], block.weight)
        assert block.layout.n_complex == sum(c < LAYOUT.n_complex for c in seen)


def test_gradients_equal_finite_differences(mixing: TriangularMixing) -> None:
    x = torch.randn(1, LAYOUT.n_planes, 1, 2, dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in mixing.named_parameters()]

    def function(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        named = dict(zip(names, values, strict=True))
        y: torch.Tensor = torch.func.functional_call(mixing, named, (x,))
        return y

    assert gradcheck(function, (x, *(p.detach().requires_grad_() for p in mixing.parameters())))


def test_real_channels_and_weights_stay_real() -> None:
    mixing = TriangularMixing(ChannelLayout(n_real=2), (0, 1), (1, 2), complex_weights=False)
    assert mixing.out_layout == ChannelLayout(n_real=3)
    x = torch.randn(2, 2, 3, 3)
    assert_close(mixing(x)[:, :1], mixing.blocks[0].weight.item() * x[:, :1], FLOAT32)


@pytest.mark.parametrize(
    ("orders", "sizes"),
    [((0, 1), (1, 1)), ((0, 0, 0), (1, 1)), ((0, 1, 2), (1, 1)), ((1, 1, 1), (1, 1))],
)
def test_orders_that_do_not_fit(orders: Sequence[int], sizes: Sequence[int]) -> None:
    with pytest.raises(ValueError, match=r"expected the orders 0, ..., 1 of 3 channels"):
        TriangularMixing(ChannelLayout(n_real=3), orders, sizes)


def test_an_order_without_outputs() -> None:
    with pytest.raises(ValueError, match="expected out_channels to be at least 1, got 0"):
        TriangularMixing(ChannelLayout(n_real=2), (0, 1), (0, 1))
