"""Gradients of a network: finite differences in float64, and finite values on empty images."""

import pytest
import torch
from torch.autograd import gradcheck

from kymatio_learned.models import LearnedScattering2D

from .networks import NETWORKS, build, draw_images


def small(skip: bool) -> LearnedScattering2D:
    return LearnedScattering2D(
        J=1, shape=(2, 3), L=3, channels=(2, 2), in_channels=1, skip=skip, n_classes=2
    ).double()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("skip", [False, True])
def test_gradients_equal_finite_differences(skip: bool, training: bool) -> None:
    # In training the output depends on the batch alone, not on the running averages that it moves.
    net = small(skip).train(training)
    x = torch.randn(3, 1, 2, 3, dtype=torch.float64, requires_grad=True)
    names = [name for name, _ in net.named_parameters()]
    parameters = [parameter.detach().requires_grad_() for parameter in net.parameters()]

    def function(x: torch.Tensor, *values: torch.Tensor) -> torch.Tensor:
        named = dict(zip(names, values, strict=True))
        output: torch.Tensor = torch.func.functional_call(net, named, (x,))
        return output

    assert gradcheck(function, (x, *parameters))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_zero_images_have_finite_outputs_and_gradients(name: str, training: bool) -> None:
    # Everywhere |z| = 0, the variances are 0 and the norms across channels are 0.
    net = build(name).train(training)
    x = torch.zeros_like(draw_images(net)).requires_grad_()
    y = net(x)
    (y.abs() ** 2 + y.real).sum().backward()
    assert y.isfinite().all()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    for parameter in net.parameters():
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()
    for buffer in net.buffers():
        assert buffer.isfinite().all()


def test_one_zero_image_in_a_batch_leaves_the_others_finite() -> None:
    net = build("skip")
    x = draw_images(net)
    x[0] = 0
    x.requires_grad_()
    net(x).square().sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()
    assert x.grad[1:].any()


@pytest.mark.parametrize("name", NETWORKS)
def test_every_parameter_is_reached_by_the_gradient(name: str) -> None:
    net = build(name)
    y = net(draw_images(net))
    (y.abs() ** 4).sum().backward()
    for key, parameter in net.named_parameters():
        assert parameter.grad is not None, key
        assert parameter.grad.any(), key
