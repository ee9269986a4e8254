"""A whole network equals its definition in plain complex numbers (tests/reference.py)."""

import copy

import pytest
import torch

from .. import reference
from ..assertions import FLOAT32, FLOAT64, assert_close
from .networks import NETWORKS, build, draw_images


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_network_equals_its_definition(name: str, training: bool) -> None:
    net = build(name).double()
    for _ in range(2):
        net(draw_images(net))  # running averages that are not those of the start
    net.train(training)
    x = draw_images(net)
    assert_close(net(x), reference.network(net, x.numpy()), FLOAT64)


@pytest.mark.parametrize("name", ["half octaves", "octave, half octaves", "skip"])
def test_network_in_single_precision_equals_itself_in_double(name: str) -> None:
    net = build(name)
    net(draw_images(net, batch=8))
    x = draw_images(net.eval())
    assert_close(net(x), copy.deepcopy(net).double()(x.double()), FLOAT32)


def test_network_under_autocast_stays_close_to_single_precision() -> None:
    # bfloat16 has 8 bits: an error of some 4e-3 in each product of the cascade.
    net = build("octave, half octaves")
    net(draw_images(net, batch=8))
    x = draw_images(net.eval())
    with torch.autocast("cpu", torch.bfloat16):
        y = net(x)
    assert y.dtype == torch.bfloat16
    assert_close(y.float(), net(x), 0.03)
