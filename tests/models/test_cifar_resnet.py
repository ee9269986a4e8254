"""ResNet-20 is the published network, with its non-linearity and biases as asked for."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from kymatio_learned.models import CifarResNet, resnet20
from kymatio_learned.models.activations import ACTIVATIONS

from ..assertions import FLOAT32, assert_close


def small(**options: Any) -> CifarResNet:
    return CifarResNet((1, 2), (4, 6), in_channels=2, n_classes=3, **options)


def test_equals_its_formula() -> None:
    """Written out with functions, on the parameters by their names."""
    net = small().eval()
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                for tensor in (module.weight, module.running_var):
                    assert tensor is not None
                    tensor.uniform_(0.5, 2)
                module.bias.normal_()
    s = net.state_dict()

    def norm(x: torch.Tensor, name: str) -> torch.Tensor:
        keys = ("running_mean", "running_var", "weight", "bias")
        return F.batch_norm(x, *(s[f"{name}.{key}"] for key in keys))

    x = torch.randn(5, 2, 8, 8)
    y = F.relu(norm(F.conv2d(x, s["stem.0.weight"], padding=1), "stem.1"))
    for block, stride in (("blocks.0", 1), ("blocks.1", 2), ("blocks.2", 1)):
        z = F.conv2d(y, s[f"{block}.conv1.weight"], stride=stride, padding=1)
        z = F.relu(norm(z, f"{block}.norm1"))
        z = norm(F.conv2d(z, s[f"{block}.conv2.weight"], padding=1), f"{block}.norm2")
        if stride == 2:
            y = F.avg_pool2d(y, 1, stride=2)
            y = torch.cat([y, torch.zeros(5, 2, 4, 4)], 1)
        y = F.relu(z + y)
    expected = F.linear(y.mean((2, 3)), s["linear.weight"], s["linear.bias"])
    assert_close(net(x), expected, FLOAT32)
    assert_close(net.layer_outputs(x)[-1], y, FLOAT32)


def test_published_size() -> None:
    # 0.27 million parameters, 20 layers with weights.
    net = resnet20()
    assert sum(p.numel() for p in net.parameters()) == 269_722
    weighted = [m for m in net.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    assert len(weighted) == 20
    shapes = [tuple(y.shape[1:]) for y in net.layer_outputs(torch.zeros(1, 3, 32, 32))]
    assert shapes == [*[(16, 32, 32)] * 4, *[(32, 16, 16)] * 3, *[(64, 8, 8)] * 3]


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("nonlinearity", ACTIVATIONS)
def test_trains_with_each_nonlinearity(nonlinearity: str, bias: bool) -> None:
    net = small(nonlinearity=nonlinearity, bias=bias)
    x, y = torch.randn(12, 2, 8, 8), torch.arange(12) % 3
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    for _ in range(60):
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.6  # that of a guess is 1.1
    assert all(p.grad is not None for p in net.parameters())


def test_without_biases_only_the_classifier_has_some() -> None:
    names = [name for name, _ in small(bias=False).named_parameters()]
    assert [name for name in names if "norm" in name or "bias" in name] == ["linear.bias"]


def test_config_builds_the_same_network() -> None:
    net = small(nonlinearity="abs", bias=False).eval()
    other = CifarResNet(**net.config)
    other.load_state_dict(net.state_dict())
    x = torch.randn(2, 2, 8, 8)
    assert torch.equal(other.eval()(x), net(x))


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({"blocks": (1,)}, ValueError, "expected as many blocks as widths, got 1 and 2"),
        ({"blocks": (), "widths": ()}, ValueError, "expected as many blocks as widths"),
        ({"blocks": (1, 0)}, ValueError, r"expected blocks\[1\] to be at least 1, got 0"),
        ({"widths": (4, 2.0)}, TypeError, r"expected widths\[1\] to be an integer, got 2.0"),
        ({"widths": (4, 2)}, ValueError, r"expected widths that do not decrease, got \[4, 2\]"),
        ({"in_channels": 0}, ValueError, "expected in_channels to be at least 1, got 0"),
        ({"n_classes": "10"}, TypeError, "expected n_classes to be an integer, got '10'"),
        ({"nonlinearity": "elu"}, ValueError, "expected nonlinearity to be one of relu"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        CifarResNet(**({"blocks": (1, 1), "widths": (2, 4)} | arguments))
