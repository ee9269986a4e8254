"""One operation equals standardization, mixing and normalization, one after the other."""

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck

from kymatio_learned.layers import ChannelLayout, ChannelMixing, ChannelNorm, Standardization
from kymatio_learned.layers.slots import Block, from_slots, to_slots
from kymatio_learned.layers.standardized_mixing import (
    Statistics,
    fold,
    mix_and_normalize,
    standardized_mixing,
    statistics,
)

from ..assertions import assert_close

K = 3
EPS = (1e-5, 1e-12)
# Input channels and filters, so that the order of the slots is not the public one.
COMPLEX, REAL = [Block(2, 2)], [Block(1, 2), Block(2, 3)]
LAYOUTS = pytest.mark.parametrize(
    "layout", [ChannelLayout(4, 8), ChannelLayout(0, 8), ChannelLayout(4, 0)], ids=str
)
WEIGHTS = pytest.mark.parametrize("is_complex", [True, False])
TRAINING = pytest.mark.parametrize("training", [True, False])


class Modules:
    """The public modules, and features for them."""

    def __init__(self, layout: ChannelLayout, is_complex: bool, training: bool) -> None:
        self.layout = layout
        self.complex_blocks = COMPLEX if layout.n_complex else []
        self.blocks = self.complex_blocks + (REAL if layout.n_real else [])
        self.standardization = Standardization(layout).double().train(training)
        self.mixing = ChannelMixing(layout, K, complex_weights=is_complex).double()
        mean, var = self.standardization.running_mean, self.standardization.running_var
        mean.normal_()
        if not layout.is_real:
            mean[layout.n_complex :, 1] = 0
        var.uniform_(0.1, 2)
        a, b = layout.n_complex, layout.n_real
        self.x = 1 + torch.randn(4, 3, 2, a + b + a, dtype=torch.float64)  # [re | real | im]
        self.x.requires_grad_()

    def planes(self) -> Tensor:
        """Return the features as planes [re | im | real], the channels second, in public order."""
        a, C = self.layout.n_complex, self.layout.n_channels
        channels = from_slots(self.x[..., :C], self.blocks)
        im = from_slots(self.x[..., C:], self.complex_blocks)
        return torch.cat([channels[..., :a], im, channels[..., a:]], 3).permute(0, 3, 1, 2)

    def __call__(self) -> Tensor:
        """Return the composition, channels last."""
        y: Tensor = ChannelNorm()(self.mixing(self.standardization(self.planes())))
        return y.permute(0, 2, 3, 1)

    def statistics(self) -> Statistics:
        """Return the running averages, in the order of the slots."""
        mean, var = self.standardization.running_mean, self.standardization.running_var
        mean = torch.stack([mean, torch.zeros_like(mean)]) if mean.dim() == 1 else mean.mT
        return Statistics(to_slots(mean, self.blocks), to_slots(var, self.blocks))

    def weight(self) -> Tensor:
        """Return the weights as a leaf."""
        return self.mixing.weight.detach().clone().requires_grad_()


@TRAINING
@WEIGHTS
@LAYOUTS
def test_equals_the_modules_in_value_and_gradient(
    layout: ChannelLayout, is_complex: bool, training: bool
) -> None:
    modules = Modules(layout, is_complex, training)
    weight, given = modules.weight(), None if training else modules.statistics()
    y, stats = standardized_mixing(modules.x, weight, modules.blocks, layout.n_complex, given, EPS)
    expected = modules()
    assert_close(y, expected, 1e-12)
    assert not stats.mean.requires_grad
    assert not stats.var.requires_grad

    grad = torch.randn_like(y)
    actual = torch.autograd.grad(y, [modules.x, weight], grad)
    x_grad, weight_grad = torch.autograd.grad(expected, [modules.x, modules.mixing.weight], grad)
    assert_close(actual[0], x_grad, 1e-10)
    assert_close(actual[1], weight_grad, 1e-10)


@LAYOUTS
def test_running_averages_equal_those_of_the_module(layout: ChannelLayout) -> None:
    modules = Modules(layout, True, training=True)
    x, other = modules.x.detach(), Modules(layout, True, training=True).standardization
    other.load_state_dict(modules.standardization.state_dict())
    mean, var, n = statistics(x.flatten(0, 2), layout.n_complex)
    assert n == x[..., 0].numel()
    mean, var = (from_slots(values, modules.blocks) for values in (mean, var))
    other.update(mean[0] if layout.is_real else mean.mT, var, n)
    modules()
    assert_close(other.running_mean, modules.standardization.running_mean, 1e-13)
    assert_close(other.running_var, modules.standardization.running_var, 1e-13)


@TRAINING
@WEIGHTS
@LAYOUTS
def test_gradients_equal_finite_differences(
    layout: ChannelLayout, is_complex: bool, training: bool
) -> None:
    modules = Modules(layout, is_complex, training)
    given = None if training else modules.statistics()

    def function(x: Tensor, weight: Tensor) -> Tensor:
        return standardized_mixing(x, weight, modules.blocks, layout.n_complex, given, EPS)[0]

    x = modules.x.detach()[:2, :2].clone().requires_grad_()
    assert gradcheck(function, (x, modules.weight()))


@WEIGHTS
@LAYOUTS
def test_folded_equals_the_modules(layout: ChannelLayout, is_complex: bool) -> None:
    modules = Modules(layout, is_complex, training=False)
    arguments = (
        modules.weight(),
        modules.blocks,
        layout.n_complex,
        modules.statistics(),
        EPS[0],
    )
    with torch.no_grad():
        folded = fold(*arguments, dtype=torch.float64)
        y, norms = mix_and_normalize(modules.x.flatten(0, 2), folded, EPS[1])
        assert_close(y.view(4, 3, 2, -1), modules(), 1e-12)
        assert norms.shape == (24, 1)

        # In half precision the products are rounded, not the sums over channels.
        half = fold(*arguments, dtype=torch.bfloat16)
        assert half.factors[0].dtype == torch.bfloat16
        rounded, _ = mix_and_normalize(modules.x.flatten(0, 2).bfloat16(), half, EPS[1])
        assert rounded.dtype == half.bias.dtype == torch.float64
        assert_close(rounded, y, 2e-2)
        assert_close(rounded.norm(dim=1), torch.ones(24), 1e-12)


@TRAINING
def test_positions_of_norm_zero_give_zero(training: bool) -> None:
    # Features that equal their mean: one position in evaluation, all in training.
    layout = ChannelLayout(4, 8)
    modules = Modules(layout, True, training)
    stats = modules.statistics()
    re, im = stats.mean
    x = modules.x.detach().clone()
    x[slice(None) if training else 0] = torch.cat([re, im[:4]])
    x.requires_grad_()
    weight = modules.weight()
    y, _ = standardized_mixing(
        x, weight, modules.blocks, 4, None if training else stats, (1e-5, 1e-6)
    )
    y.sum().backward()
    assert x.grad is not None
    assert weight.grad is not None
    assert not y[0].any()
    assert not x.grad[0].any()
    assert x.grad.isfinite().all()
    assert weight.grad.isfinite().all()
    assert [bool(values.any()) for values in (y, x.grad, weight.grad)] == [not training] * 3


def test_gradients_of_half_precision() -> None:
    layout = ChannelLayout(4, 8)
    modules = Modules(layout, True, training=True)
    weight = modules.weight().detach().float().requires_grad_()
    x = modules.x.detach().bfloat16().requires_grad_()
    y, stats = standardized_mixing(x, weight, modules.blocks, 4, None, EPS)
    assert y.dtype == stats.mean.dtype == stats.var.dtype == torch.float32
    expected = modules()
    grad = torch.randn_like(y)
    y.backward(grad)
    expected.backward(grad.double())
    assert x.grad is not None
    assert weight.grad is not None
    assert modules.mixing.weight.grad is not None
    assert x.grad.dtype == torch.bfloat16
    assert weight.grad.dtype == torch.float32
    assert_close(y, expected, 2e-2)
    assert_close(x.grad.double(), modules.x.grad, 3e-2)
    assert_close(weight.grad, modules.mixing.weight.grad, 3e-2)
