"""Standardization is batch normalization without learned part, and with complex channels."""

import pytest
import torch
from torch import nn

from kymatio_learned.layers import ChannelLayout, Standardization

from .. import reference
from ..assertions import FLOAT64, assert_close


def batches(n_planes: int, count: int = 3) -> list[torch.Tensor]:
    return [3 + 2 * torch.randn(4, n_planes, 5, 6, dtype=torch.float64) for _ in range(count)]


@pytest.mark.parametrize("momentum", [0.1, 0.5])
def test_real_channels_are_batch_normalized(momentum: float) -> None:
    layer = Standardization(ChannelLayout(n_real=3), momentum=momentum, eps=1e-3).double()
    norm = nn.BatchNorm2d(3, momentum=momentum, eps=1e-3, affine=False).double()
    for x in batches(3):
        x, x_norm = x.clone().requires_grad_(), x.clone().requires_grad_()
        weights = torch.randn_like(x)
        y, y_norm = layer(x), norm(x_norm)
        (weights * y**2).sum().backward()
        (weights * y_norm**2).sum().backward()
        assert_close(y, y_norm, FLOAT64)
        assert_close(x.grad, x_norm.grad, FLOAT64)
    assert_close(layer.running_mean, norm.running_mean, FLOAT64)
    assert_close(layer.running_var, norm.running_var, FLOAT64)
    assert_close(layer.eval()(x), norm.eval()(x), FLOAT64)


@pytest.mark.parametrize("layout", [ChannelLayout(2, 3), ChannelLayout(3, 0)], ids=str)
def test_complex_channels_have_a_complex_mean_and_one_variance(layout: ChannelLayout) -> None:
    layer = Standardization(layout).double()
    mean, var = 0, 1
    for x in batches(layout.n_planes):
        z = layout.to_native(x).numpy()
        assert_close(layout.to_native(layer(x)), reference.standardize(z), FLOAT64)
        z_mean = z.mean((0, 2, 3))
        # The running variance is the unbiased one.
        z_var = (abs(z - z_mean[:, None, None]) ** 2).sum((0, 2, 3)) / (4 * 5 * 6 - 1)
        mean, var = 0.9 * mean + 0.1 * z_mean, 0.9 * var + 0.1 * z_var
    assert_close(torch.view_as_complex(layer.running_mean), mean, FLOAT64)
    assert_close(layer.running_var, var, FLOAT64)
    z = layout.to_native(x).numpy()
    expected = reference.standardize(z, mean, var)
    assert_close(layout.to_native(layer.eval()(x)), expected, FLOAT64)


@pytest.mark.parametrize("layout", [ChannelLayout(2, 3), ChannelLayout(0, 3)], ids=str)
def test_output_has_zero_mean_and_unit_variance(layout: ChannelLayout) -> None:
    (x,) = batches(layout.n_planes, count=1)
    z = layout.to_native(Standardization(layout, eps=0).double()(x))
    assert z.mean((0, 2, 3)).abs().max() < 1e-12
    energy = (z.abs() ** 2).mean((0, 2, 3))
    assert_close(energy, torch.ones_like(energy), FLOAT64)


def test_evaluation_does_not_update_the_running_averages() -> None:
    layer = Standardization(ChannelLayout(2, 1)).eval()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    layer(torch.randn(4, 5, 3, 3))
    for name, value in layer.state_dict().items():
        assert torch.equal(value, before[name])


def test_running_averages_are_not_learned() -> None:
    layer = Standardization(ChannelLayout(2, 1))
    assert not list(layer.parameters())
    assert set(layer.state_dict()) == {"running_mean", "running_var"}
    x = torch.randn(4, 5, 3, 3, requires_grad=True)
    layer(x).sum().backward()
    assert not layer.running_mean.requires_grad


def test_statistics_of_half_precision_are_in_single() -> None:
    # 2000 + noise: the mean of so many numbers is lost in half precision.
    x = (2000 + torch.randn(8, 1, 32, 32)).to(torch.bfloat16)
    mean, inv_std = Standardization(ChannelLayout(n_real=1)).statistics(x)
    assert mean.dtype == inv_std.dtype == torch.float32
    assert_close(mean, x.float().mean().reshape(1), 1e-6)


def test_a_single_value_per_channel_is_refused_in_training() -> None:
    layer, x = Standardization(ChannelLayout(n_real=3)), torch.zeros(1, 3, 1, 1)
    with pytest.raises(ValueError, match=r"more than one value per channel .* got \(1, 3, 1, 1\)"):
        layer(x)
    layer.eval()(x)
