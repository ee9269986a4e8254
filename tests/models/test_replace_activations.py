"""Every rectifier of a network is replaced, each by a module of its own, and nothing else is."""

import copy
import pickle
from functools import partial

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import resnet18

from kymatio_learned.models import activation, remove_biases, replace_activations

from ..assertions import FLOAT32, assert_close


class Rectifying(nn.Module):
    """Rectifies in each way that PyTorch has; one module acts on two numbers of channels."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 6, 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.first(x))
        x = self.relu(self.second(x))
        x = F.relu(torch.relu(x - 0.1) - 0.1)
        x = x - 0.1
        return x.relu()


class Scale(nn.Module):
    """Remembers for how many channels it was made."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        assert x.shape[1] == self.channels
        return 2 * x


def test_every_kind_of_rectifier_is_replaced() -> None:
    net, x = Rectifying(), torch.randn(2, 3, 4, 4)
    replaced = replace_activations(net, Scale, shape=(1, 3, 4, 4))
    y = 2 * net.second(2 * net.first(x))
    for _ in range(3):
        y = 2 * (y - 0.1)
    assert_close(replaced(x), y, FLOAT32)
    assert isinstance(net.relu, nn.ReLU)


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return resnet18(num_classes=5)


def test_rectifiers_give_the_same_network_back(network: nn.Module) -> None:
    replaced, x = (
        replace_activations(network, lambda channels: nn.ReLU()),
        torch.randn(2, 3, 32, 32),
    )
    assert torch.equal(replaced.eval()(x), network.eval()(x))
    assert replaced.state_dict().keys() == network.state_dict().keys()


def test_each_place_has_its_own_thresholds(network: nn.Module) -> None:
    replaced = replace_activations(network, partial(activation, "soft_threshold"))
    own = {name: p for name, p in replaced.named_parameters() if "threshold" in name}
    assert len(own) == 17  # one after the first layer, two in each of the eight blocks
    assert own["layer3.1.relu.threshold"].shape == (256, 1, 1)
    assert own["layer3.1.relu_1.threshold"] is not own["layer3.1.relu.threshold"]
    replaced.train()(torch.randn(4, 3, 64, 64)).square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in own.values())


def test_replaced_network_survives_copies(network: nn.Module) -> None:
    replaced = replace_activations(network, partial(activation, "abs")).eval()
    x = torch.randn(2, 3, 32, 32)
    expected = replaced(x)
    for other in (copy.deepcopy(replaced), pickle.loads(pickle.dumps(replaced))):
        assert torch.equal(other(x), expected)


def test_modes_are_switched_together(network: nn.Module) -> None:
    replaced = replace_activations(network, partial(activation, "tanh"))
    x = torch.randn(4, 3, 32, 32)
    before = replaced.get_buffer("bn1.running_mean").clone()
    replaced.eval()(x)
    assert torch.equal(replaced.get_buffer("bn1.running_mean"), before)
    replaced.train()(x)
    assert not torch.equal(replaced.get_buffer("bn1.running_mean"), before)


def test_remove_biases() -> None:
    net = remove_biases(nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.Linear(8, 2)))
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "2.weight", "2.bias"]
    x = torch.randn(5, 3, 8, 8)
    y = net[1](net[0](x))  # type: ignore[index]
    assert y.mean((0, 2, 3)).abs().max() < 1e-5


def test_networks_that_cannot_be_traced_whole() -> None:
    class Dropping(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return F.dropout(F.relu(x), training=self.training)

    with pytest.raises(ValueError, match="one way in training and evaluation, got a Dropping"):
        replace_activations(Dropping(), Scale)
    with pytest.raises(ValueError, match="expected a network with rectifiers, got a Linear"):
        replace_activations(nn.Linear(2, 2), Scale)
