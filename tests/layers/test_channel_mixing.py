"""Mixing is a complex matrix across channels, whatever the planes look like."""

import itertools

import pytest
import torch

from kymatio_learned.layers import ChannelLayout, ChannelMixing

from ..assertions import FLOAT32, FLOAT64, assert_close

LAYOUTS = [ChannelLayout(3, 0), ChannelLayout(0, 4), ChannelLayout(2, 3)]
CASES = list(itertools.product(LAYOUTS, [True, False]))


def matrix(mixing: ChannelMixing) -> torch.Tensor:
    """Return P, complex if the weights are."""
    weight = mixing.weight.detach()
    return torch.view_as_complex(weight) if mixing.complex_weights else weight


@pytest.mark.parametrize(("layout", "complex_weights"), CASES, ids=str)
@pytest.mark.parametrize("out_channels", [1, 5])
def test_mixing_equals_a_product_of_complex_numbers(
    layout: ChannelLayout, complex_weights: bool, out_channels: int
) -> None:
    mixing = ChannelMixing(layout, out_channels, complex_weights=complex_weights).double()
    x = torch.randn(2, layout.n_planes, 3, 4, dtype=torch.float64)
    native = layout.to_native(x).to(torch.complex128)
    expected = torch.einsum("kc,bcmn->bkmn", matrix(mixing).to(torch.complex128), native)
    y = mixing.out_layout.to_native(mixing(x))
    assert y.is_complex() == (complex_weights or not layout.is_real)
    assert_close(y, expected if y.is_complex() else expected.real, FLOAT64)


@pytest.mark.parametrize("complex_weights", [True, False])
@pytest.mark.parametrize(("channels", "out_channels"), [(6, 4), (4, 6), (5, 5)])
def test_initial_weights_are_unitary(
    channels: int, out_channels: int, complex_weights: bool
) -> None:
    # It keeps norms: orthonormal rows, or columns if there are more rows.
    P = matrix(
        ChannelMixing(ChannelLayout(channels), out_channels, complex_weights=complex_weights)
    )
    gram = P @ P.mH if out_channels <= channels else P.mH @ P
    assert_close(gram, torch.eye(len(gram), dtype=gram.dtype), FLOAT32)


def test_initial_weights_are_drawn_again_at_reset() -> None:
    mixing = ChannelMixing(ChannelLayout(3), 3)
    before = mixing.weight.detach().clone()
    mixing.reset_parameters()
    assert not torch.allclose(mixing.weight, before)


def test_weights_are_real_numbers() -> None:
    # Optimizers, GradScaler and DDP take no complex parameters.
    assert ChannelMixing(ChannelLayout(2, 1), 4).weight.shape == (4, 3, 2)
    real = ChannelMixing(ChannelLayout(2, 1), 4, complex_weights=False)
    assert real.weight.shape == (4, 3)
    assert real.weight.dtype == torch.float32


def test_mixing_without_outputs_is_refused() -> None:
    with pytest.raises(ValueError, match="out_channels to be at least 1, got 0"):
        ChannelMixing(ChannelLayout(2), 0)
