"""bfloat16 under autocast: how far results are from those of float32, and what stays float32."""

import itertools

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from kymatio_learned.models import LearnedScattering2D

from ..assertions import assert_close, relative_error
from .networks import NETWORKS, build, draw_images

BFLOAT16 = 0.02
SKIP = pytest.mark.parametrize("skip", [False, True])


def small(skip: bool) -> LearnedScattering2D:
    return LearnedScattering2D(J=1, shape=(12, 12), L=4, channels=(8, 12), n_classes=5, skip=skip)


def train(net: LearnedScattering2D, steps: int, autocast: bool) -> list[float]:
    """Return the losses of some steps on one batch."""
    x, y = draw_images(net, 16), torch.arange(16) % 5
    # A small rate: what a small loss is made of is rounding, which no tolerance bounds.
    sgd = torch.optim.SGD(net.train().parameters(), lr=0.003, momentum=0.9)
    losses = []
    for _ in range(steps):
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            loss = cross_entropy(net(x), y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return losses


def evaluate(net: LearnedScattering2D, x: Tensor, autocast: bool) -> Tensor:
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        logits: Tensor = net.eval()(x)
    return logits.float()


@SKIP
def test_logits_are_near_those_of_float32(skip: bool) -> None:
    net = small(skip)
    train(net, 5, autocast=False)
    x = draw_images(net, 16)
    half, single = evaluate(net, x, True), evaluate(net, x, False)
    assert_close(half, single, BFLOAT16)
    assert relative_error(half, single) > 1e-5  # autocast does something


@SKIP
def test_training_goes_as_in_float32(skip: bool) -> None:
    losses = []
    for autocast in (True, False):
        torch.manual_seed(1)
        losses.append(train(small(skip), 8, autocast))
    assert losses[0] == pytest.approx(losses[1], rel=BFLOAT16)
    assert losses[0][-1] < 0.2 * losses[0][0]


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_and_averages_stay_in_float32(name: str) -> None:
    net = build(name)
    x = draw_images(net)
    with torch.autocast("cpu", torch.bfloat16):
        y = net(x)
    (y.abs() ** 2 + y.real).sum().backward()
    assert y.isfinite().all()
    for parameter in net.parameters():
        assert parameter.grad is not None
        assert parameter.grad.dtype == torch.float32
        assert parameter.grad.isfinite().all()
    for tensor in itertools.chain(net.parameters(), net.buffers()):
        if not tensor.is_floating_point():  # the batches that BatchNorm2d counts
            continue
        assert tensor.dtype == torch.float32
        assert tensor.isfinite().all()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_layers_return_float32(name: str, training: bool) -> None:
    # The norm across channels is that of float32: it is 1 at every position.
    net = build(name).train(training)
    x = draw_images(net)
    outputs: list[Tensor] = []
    for layer in net.layers:
        layer.register_forward_hook(lambda module, inputs, output: outputs.append(output))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        net(x)
    assert len(outputs) == len(net.layers)
    for output, layer in zip(outputs, net.layers, strict=True):
        assert output.dtype == torch.float32
        n_norms = len(layer.out_orders or (1,))  # one for each order, where they are apart
        norms = output.square().sum(1).sqrt()
        assert_close(norms, torch.full_like(norms, n_norms**0.5), 1e-5)
