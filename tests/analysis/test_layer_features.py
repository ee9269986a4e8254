"""Features are the layers' outputs, of any network, batch by batch."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from kymatio_learned.analysis import (
    PhaseCollapseCascade,
    classifier_features,
    layer_features,
    layer_names,
)
from kymatio_learned.models import CifarResNet, LearnedScattering2D
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT32, assert_close

IMAGES = torch.randn(7, 3, 8, 8)


def plain() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.Sequential(nn.BatchNorm2d(4), nn.ReLU()),
        nn.Flatten(),
        nn.Linear(144, 5),
    )


def scattering() -> LearnedScattering2D:
    return LearnedScattering2D(J=1, shape=(8, 8), L=3, channels=(2, 4), n_classes=3)


def test_complex_layers_become_real_numbers() -> None:
    net = scattering().eval()
    features = layer_features(net, IMAGES, batch_size=3)
    assert list(features) == layer_names(net, IMAGES) == ["layer 0", "layer 1"]
    for x, y in zip(features.values(), net.layer_outputs(IMAGES), strict=True):
        assert_close(x, torch.view_as_real(y).flatten(1), FLOAT32)
        # Distances are kept.
        assert np.linalg.norm(x[0] - x[1]) == pytest.approx((y[0] - y[1]).norm().item(), rel=1e-5)


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_any_network_by_its_modules(batch_size: int) -> None:
    net = plain().eval()
    features = layer_features(net, IMAGES, batch_size=batch_size)
    assert list(features) == ["0", "1", "2", "3"]
    x = IMAGES
    for name, module in net.named_children():
        x = module(x)
        assert_close(features[name], x.flatten(1), FLOAT32)


def test_inner_modules_by_name() -> None:
    net = plain().eval()
    norm = net.get_submodule("1.0")
    features = layer_features(net, IMAGES, layers=["1.0"])
    assert list(features) == ["1.0"]
    assert_close(features["1.0"], norm(net[0](IMAGES)).flatten(1), FLOAT32)


@pytest.mark.parametrize("build", [plain, scattering])
def test_network_is_left_as_it_was(build: Callable[[], nn.Module]) -> None:
    net = build().train()
    frozen = next(net.children())
    frozen.eval()
    modes = [module.training for module in net.modules()]
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    layer_features(net, IMAGES)
    layer_names(net, IMAGES)
    assert [module.training for module in net.modules()] == modes
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert not any(module._forward_hooks for module in net.modules())


def test_features_are_those_of_evaluation_whatever_the_mode() -> None:
    net = scattering()
    net(IMAGES)
    expected = layer_features(net.eval(), IMAGES)
    features = layer_features(net.train(), IMAGES, batch_size=2)
    for name in expected:
        assert_close(features[name], expected[name], FLOAT32)


def test_classifier_features_give_the_logits() -> None:
    net = CifarResNet((1, 1), (4, 6), n_classes=5).eval()
    features, weight, bias = classifier_features(net, IMAGES, batch_size=4)
    assert_close(features @ weight.T + bias, net(IMAGES), FLOAT32)
    for module in (plain(), nn.Sequential(nn.Flatten(), nn.Linear(192, 2, bias=False))):
        features, weight, bias = classifier_features(module.eval(), IMAGES)
        assert_close(features @ weight.T + bias, module(IMAGES), FLOAT32)


def test_cascade_iterates_the_operator() -> None:
    cascade = PhaseCollapseCascade(J=2, shape=(8, 8), L=3)
    y = PhaseCollapse2D((8, 8), 3)(IMAGES)
    z = PhaseCollapse2D((4, 4), 3)(y)
    outputs = cascade.layer_outputs(IMAGES)
    assert_close(outputs[0], y.flatten(1, 2), FLOAT32)
    assert_close(outputs[1], z.flatten(1, 3), FLOAT32)
    assert torch.equal(cascade(IMAGES), outputs[1])


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="expected layers among layer 0, layer 1, layer 2, got 9"):
        layer_features(CifarResNet((1, 1), (4, 6)), IMAGES, layers=["9"])
    with pytest.raises(ValueError, match=r"among 0, 1, 2, 3, 1\.0, 1\.1, got 4"):
        layer_features(plain(), IMAGES, layers=["0", "4"])
    with pytest.raises(ValueError, match="expected batch_size to be at least 1, got 0"):
        layer_features(plain(), IMAGES, batch_size=0)
    with pytest.raises(ValueError, match="expected a network with a linear layer, got a Conv2d"):
        classifier_features(nn.Conv2d(3, 3, 1), IMAGES)

    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.unused = nn.Identity()

        def forward(self, x: Tensor) -> Tensor:
            return x

    with pytest.raises(ValueError, match="expected layers that the network calls, got unused"):
        layer_features(Idle(), IMAGES)
