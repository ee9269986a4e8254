"""Channel normalization projects on the unit sphere, and leaves zero where it is."""

import pytest
import torch

from kymatio_learned.layers import ChannelLayout, ChannelNorm

from ..assertions import FLOAT32, FLOAT64, assert_close


@pytest.mark.parametrize("layout", [ChannelLayout(3, 2), ChannelLayout(0, 4)], ids=str)
def test_channels_are_divided_by_their_norm(layout: ChannelLayout) -> None:
    x = torch.randn(2, layout.n_planes, 3, 4, dtype=torch.float64)
    z, y = layout.to_native(x), layout.to_native(ChannelNorm()(x))
    norms = (z.abs() ** 2).sum(1, keepdim=True).sqrt()
    assert_close(y, z / norms, FLOAT64)
    assert_close((y.abs() ** 2).sum(1), torch.ones(2, 3, 4), FLOAT64)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_scale_of_the_input_is_removed(scale: float) -> None:
    x = torch.randn(2, 4, 3, 3, dtype=torch.float64)
    assert_close(ChannelNorm()(scale * x), ChannelNorm()(x), FLOAT64)


def test_zero_stays_zero_with_gradient_zero() -> None:
    x = torch.randn(1, 4, 2, 2)
    x[:, :, 0, 0] = 0
    x.requires_grad_()
    y = ChannelNorm()(x)
    (torch.randn_like(y) * y).sum().backward()
    assert x.grad is not None
    assert not y[:, :, 0, 0].any()
    assert not x.grad[:, :, 0, 0].any()
    assert x.grad.isfinite().all()
    assert x.grad[:, :, 1, 1].all()


def test_norms_up_to_eps_count_as_zero() -> None:
    x = torch.tensor([1.0, 2.0]).view(1, 1, 1, 2)
    assert ChannelNorm(eps=1)(x).flatten().tolist() == [0, 1]


@pytest.mark.parametrize("parts", [1, 2], ids=["real", "complex"])
def test_groups_of_channels_have_norms_of_their_own(parts: int) -> None:
    x = torch.randn(2, parts, 6, 3, 4, dtype=torch.float64)
    y = ChannelNorm(sizes=(1, 3, 2))(x.flatten(1, 2)).view_as(x)
    for group in (slice(1), slice(1, 4), slice(4, 6)):
        assert_close(
            y[:, :, group].flatten(1, 2), ChannelNorm()(x[:, :, group].flatten(1, 2)), FLOAT64
        )


def test_an_empty_group_stays_zero_beside_others() -> None:
    x = torch.randn(1, 5, 2, 2)
    x[:, :2] = 0
    x.requires_grad_()
    y = ChannelNorm(sizes=(2, 3))(x)
    y.square().sum().backward()
    assert x.grad is not None
    assert not y[:, :2].any()
    assert x.grad.isfinite().all()
    assert_close(y[:, 2:].square().sum(1), torch.ones(1, 2, 2), FLOAT32)
