"""The rectifier is the sum of its even and odd parts, which are what they are called."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from kymatio_learned.layers import ChannelLayout, ReLUPart, relu_even_part, relu_odd_part

from ..assertions import FLOAT32, FLOAT64, assert_close

THRESHOLDS = [-1.3, -0.4, 0.0, 0.4, 1.3]
LAYOUTS = [ChannelLayout(3, 0), ChannelLayout(2, 3), ChannelLayout(0, 2)]


@pytest.mark.parametrize("b", THRESHOLDS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_parts_add_up_to_the_rectifier(b: float, dtype: torch.dtype) -> None:
    x = 2 * torch.randn(10_000, dtype=dtype)
    total = relu_even_part(x, b) + relu_odd_part(x, b)
    rounding = torch.finfo(dtype).eps * (x.abs() + abs(b))
    assert ((total - torch.relu(x - b)).abs() <= rounding).all()
    if b >= 0:  # of the two rectifiers in each part, one is 0
        assert torch.equal(total, torch.relu(x - b))


@pytest.mark.parametrize("b", THRESHOLDS)
def test_even_part_is_even_and_odd_part_is_odd(b: float) -> None:
    x = torch.randn(100)
    assert torch.equal(relu_even_part(-x, b), relu_even_part(x, b))
    assert torch.equal(relu_odd_part(-x, b), -relu_odd_part(x, b))


@pytest.mark.parametrize("b", THRESHOLDS)
def test_phase_collapses_in_the_even_part_and_stays_in_the_odd_part(b: float) -> None:
    z = torch.randn(100, dtype=torch.complex128)
    turn = torch.polar(torch.tensor(1.0).double(), torch.tensor(0.7).double())
    even, odd = relu_even_part(z, b), relu_odd_part(z, b)
    assert not even.is_complex()
    assert_close(relu_even_part(turn * z, b), even, FLOAT64)
    assert_close(relu_odd_part(turn * z, b), turn * odd, FLOAT64)
    assert_close(odd, relu_odd_part(z.abs(), b) * z / z.abs(), FLOAT64)


def test_positive_threshold_gives_dead_zone_and_soft_threshold() -> None:
    z, b = torch.randn(100, dtype=torch.complex128), 0.8
    r = z.abs().numpy()
    assert_close(relu_even_part(z, b), np.maximum(r - b, 0) / 2, FLOAT64)
    assert_close(relu_odd_part(z, b), np.maximum(1 - b / r, 0) / 2 * z.numpy(), FLOAT64)


def test_threshold_zero_gives_half_the_modulus_and_half_the_number() -> None:
    z = torch.randn(100, dtype=torch.complex64)
    assert torch.equal(relu_even_part(z), z.abs() / 2)
    assert torch.equal(relu_odd_part(z), z / 2)


@pytest.mark.parametrize("b", [-0.5, 0.5])
@pytest.mark.parametrize("function", [relu_even_part, relu_odd_part])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_gradients(function: Callable[..., torch.Tensor], b: float, dtype: torch.dtype) -> None:
    # The parts have corners at |x| = |b|: draw away from them, on both sides.
    phase = torch.polar(torch.ones(8).double(), 6 * torch.rand(8).double())
    x = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.7, 1.0, 2.0, 3.0]).double()
    x = (x * phase if dtype.is_complex else x * phase.real.sign()).requires_grad_(True)
    threshold = torch.full((8,), b, dtype=torch.float64, requires_grad=True)
    assert gradcheck(function, (x, threshold))


@pytest.mark.parametrize("b", [-0.5, 0.0, 0.5])
def test_gradients_are_finite_at_zero(b: float) -> None:
    for x in (torch.zeros(3), torch.zeros(3, dtype=torch.complex64)):
        x.requires_grad_(True)
        threshold = torch.tensor(b, requires_grad=True)
        y = relu_even_part(x, threshold) + relu_odd_part(x, threshold)
        (gradient,) = torch.autograd.grad(y.abs().sum(), x, retain_graph=True)
        assert torch.view_as_real(gradient + 0j).isfinite().all()


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("learned", [False, True])
@pytest.mark.parametrize("part", ["even", "odd"])
def test_module_is_the_function_on_each_channel(
    part: str, learned: bool, layout: ChannelLayout
) -> None:
    module = ReLUPart(part, layout, threshold=0.4, learned=learned).double()
    b: torch.Tensor | float = 0.4
    if learned:
        assert isinstance(module.threshold, torch.nn.Parameter)
        with torch.no_grad():
            b = module.threshold.uniform_(-1, 1)
    x = torch.randn(2, layout.n_planes, 3, 4, dtype=torch.float64)
    function = relu_even_part if part == "even" else relu_odd_part
    y = module.out_layout.to_native(module(x))
    assert_close(y, function(layout.to_native(x), b), FLOAT64)
    double = ReLUPart(part, layout, threshold=0.4, halved=False)
    assert_close(double(x), 2 * ReLUPart(part, layout, threshold=0.4)(x), FLOAT64)


@pytest.mark.parametrize("start", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("part", ["even", "odd"])
def test_threshold_learns(part: str, start: float) -> None:
    """Gradient descent finds the threshold that made the data, from either side and from 0."""
    layout = ChannelLayout(1, 1)
    target = ReLUPart(part, layout, threshold=0.25)
    module = ReLUPart(part, layout, threshold=start, learned=True)
    optimizer = torch.optim.SGD(module.parameters(), lr=1.0)
    for _ in range(200):
        x = torch.randn(4, 3, 8, 8)
        optimizer.zero_grad()
        (module(x) - target(x)).square().sum(1).mean().backward()
        optimizer.step()
    assert isinstance(module.threshold, torch.nn.Parameter)
    assert_close(module.threshold.flatten(), torch.full((2,), 0.25), 0.05)


def test_half_precision() -> None:
    x = torch.randn(2, 5, 3, 3)
    module = ReLUPart("odd", ChannelLayout(2, 1), threshold=0.5)
    assert_close(module(x.bfloat16()).float(), module(x), 0.02)  # bfloat16 has eight bits
    assert_close(module(x.double()), module(x), FLOAT32)


def test_wrong_part() -> None:
    with pytest.raises(ValueError, match="expected part to be one of even, odd, got 'half'"):
        ReLUPart("half", ChannelLayout(1))
