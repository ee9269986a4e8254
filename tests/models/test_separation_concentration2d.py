"""The network is its layers' composition, trains, and refuses what it cannot be."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from kymatio_learned.layers import (
    FrameConcentration,
    PhaseReLUScattering,
    attach_parseval,
    make_orthogonal,
    parseval_groups,
)
from kymatio_learned.models import (
    SeparationConcentration2D,
    patch_concentration_cifar10,
    patch_concentration_mnist,
    separation_concentration_cifar10,
    separation_concentration_imagenet,
    separation_concentration_mnist,
)

from ..assertions import FLOAT64, assert_close

BASE: dict[str, Any] = {"J": 2, "shape": (9, 8), "L": 2, "channels": (4, 5), "n_classes": 3}
NETWORKS: dict[str, dict[str, Any]] = {
    "projection": {},
    "concentration": {"widths": (9, 3)},
    "soft threshold": {"widths": (9, 12), "nonlinearity": "soft_threshold", "threshold": 0.5},
    "modulus": {"widths": (9, 12), "nonlinearity": "modulus"},
    "tree": {"tree": True, "channels": (6,), "L": 3},
    "features": {"n_classes": None},
    "gray, pooled": {"in_channels": 1, "avg_pool": 2},
}


def build(name: str) -> SeparationConcentration2D:
    return SeparationConcentration2D(**(BASE | NETWORKS[name]))


def draw(net: SeparationConcentration2D, batch: int = 4) -> torch.Tensor:
    return torch.randn(batch, net.in_channels, *net.shape, dtype=next(net.parameters()).dtype)


@pytest.mark.parametrize("name", ["projection", "concentration"])
def test_equals_its_formula(name: str) -> None:
    """In NumPy, from the complex wavelet coefficients."""
    net = build(name).double().eval()
    x = draw(net)
    y = x
    for layer in net.layers:
        assert isinstance(layer.scattering, PhaseReLUScattering)
        phi, psi = layer.scattering.wavelets.wavelets(y)
        parts = [psi.real, psi.imag, -psi.real, -psi.imag]
        # (B, C, 4, L, M', N') -> (B, C, 4 L, M', N')
        phases = torch.stack(parts, 2).clamp(min=0).flatten(2, 3)
        s = torch.cat([phi[:, :, None], phases], 2).flatten(1, 2).numpy()
        s = s / np.sqrt(1 + 1e-5)  # the running statistics are those of the start
        z = np.einsum("kc,bcmn->bkmn", layer.projection.weight.detach().numpy(), s)
        z = z / np.sqrt((z**2).sum(1, keepdims=True))
        if isinstance(layer.concentration, FrameConcentration):
            frame, t = layer.concentration.frame(), layer.concentration.threshold
            F = frame.detach().numpy()
            z = np.einsum("kc,bkmn->bcmn", F, np.maximum(np.einsum("kc,bcmn->bkmn", F, z) - t, 0))
        y = torch.from_numpy(z)
    assert_close(net.layer_outputs(x)[-1], y, FLOAT64)
    assert net.classifier is not None
    assert_close(net(x), net.classifier(y), FLOAT64)


@pytest.mark.parametrize("name", NETWORKS)
def test_config_builds_the_same_network(name: str) -> None:
    net = build(name).eval()
    other = SeparationConcentration2D(**net.config)
    other.load_state_dict(net.state_dict())
    x = draw(net)
    assert torch.equal(other.eval()(x), net(x))
    assert other.config == net.config


@pytest.mark.parametrize("name", NETWORKS)
def test_layer_outputs_have_the_sizes_of_the_layers(name: str) -> None:
    net = build(name)
    outputs = net.layer_outputs(draw(net))
    assert [y.shape[1] for y in outputs] == list(net.config["channels"])
    assert [tuple(y.shape[2:]) for y in outputs] == [layer.output_shape for layer in net.layers]


@pytest.mark.parametrize("exact", [False, True])
def test_training_separates_two_classes(exact: bool) -> None:
    net = SeparationConcentration2D(**(BASE | {"widths": (9, 9), "n_classes": 2}))
    if exact:
        make_orthogonal(net)
    x, y = draw(net, 16), torch.arange(16) % 2
    optimizer = torch.optim.SGD(parseval_groups(net, 1e-4), lr=0.05, momentum=0.9)
    attach_parseval(optimizer, net)
    for _ in range(60):
        loss = cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2  # that of a guess is 0.69


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_finite_on_a_zero_image(name: str) -> None:
    net = build(name)
    x = torch.zeros(2, net.in_channels, *net.shape, requires_grad=True)
    net(x).square().sum().backward()
    for tensor in (x, *net.parameters()):
        assert tensor.grad is not None
        assert tensor.grad.isfinite().all()


def test_half_precision_is_that_of_autocast() -> None:
    net = build("concentration").eval()
    x = draw(net)
    with torch.autocast("cpu", torch.bfloat16):
        y = net(x)
    assert_close(y.float(), net(x), 0.05)  # bfloat16 has eight bits


def test_presets_have_the_published_sizes() -> None:
    """The published code's own count of its parameters, written out."""

    def projections(L: int, C: int, sizes: list[int]) -> int:
        return sum((1 + 4 * L) * a * b for a, b in zip([C, *sizes], sizes, strict=False))

    cifar, widths = [64, 128, 256, 512], [1024, 2048, 4096, 8192]
    frames = sum(c * w for c, w in zip(cifar, widths, strict=True))
    head = 2 * 512 + 512 * 4 * 10 + 10
    assert count(separation_concentration_cifar10("projection")) == (
        projections(8, 3, cifar) + head
    )
    assert count(separation_concentration_cifar10()) == projections(8, 3, cifar) + frames + head
    tree = 3 * (1 + 8 * 3 + 64 * 3)
    assert count(separation_concentration_cifar10("tree")) == (
        tree * 128 + 2 * 128 + 128 * 16 * 10 + 10
    )
    assert count(separation_concentration_mnist()) == tree // 3 * 128 + 2 * 128 + 128 * 9 * 10 + 10
    assert count(patch_concentration_mnist()) == 2048 * 196 + 2 + 784 * 10 + 10
    assert count(patch_concentration_cifar10()) == 8192 * 192 + 6 + 3072 * 10 + 10
    imagenet, widths = [64, 128, 256, 512, 512, 512], [512, 1024, 1024, 2048, 2048, 2048]
    frames = sum(c * w for c, w in zip(imagenet, widths, strict=True))
    net = separation_concentration_imagenet()
    assert net.output_shape == (3, 3)
    assert count(net) == projections(8, 3, imagenet) + frames + 1024 + 512 * 9 * 1000 + 1000


def count(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


def test_preset_takes_overrides() -> None:
    net = separation_concentration_imagenet("tree", shape=(64, 64), n_classes=7, avg_pool=2)
    assert copy.deepcopy(net).eval()(torch.randn(2, 3, 64, 64)).shape == (2, 7)
    with pytest.raises(ValueError, match="concentration, projection, tree, got 'mixed'"):
        separation_concentration_cifar10("mixed")


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"J": 4}, ValueError, "expected images of at least 16x16 for J=4, got 9x8"),
        ({"J": 0}, ValueError, "expected J to be at least 1, got 0"),
        ({"channels": (4,)}, ValueError, "expected 2 channels, one a layer, got 1"),
        ({"widths": (4,)}, ValueError, "expected 2 widths, one a layer, got 1"),
        ({"widths": (4, 0)}, ValueError, r"expected widths\[1\] to be at least 1, got 0"),
        ({"channels": (4, 5.0)}, TypeError, r"expected channels\[1\] to be an integer"),
        ({"channels": (28, 5)}, ValueError, "at most the 27 channels that come in"),
        ({"tree": True}, ValueError, "expected 1 channels, one a layer, got 2"),
        ({"tree": True, "channels": (4,), "backend": "torch"}, ValueError, "expected no backend"),
        ({"nonlinearity": "tanh"}, ValueError, "expected nonlinearity to be one of"),
        ({"avg_pool": 0}, ValueError, "expected avg_pool"),
        ({"n_classes": 0}, ValueError, "expected n_classes to be at least 1, got 0"),
        ({"in_channels": 0}, ValueError, "expected in_channels to be at least 1, got 0"),
    ],
)
def test_wrong_arguments(change: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        SeparationConcentration2D(**(BASE | change))


@pytest.mark.parametrize(
    ("x", "error", "match"),
    [
        (np.zeros((1, 3, 9, 8)), TypeError, "expected a tensor, got ndarray"),
        (torch.zeros(1, 3, 8, 8), ValueError, r"expected images of shape \(B, 3, 9, 8\)"),
        (torch.zeros(3, 9, 8), ValueError, r"got \(3, 9, 8\)"),
        (torch.zeros(1, 3, 9, 8).long(), TypeError, "real floating-point tensor, got torch.int64"),
        (torch.zeros(1, 3, 9, 8).double(), TypeError, "dtype torch.float32, got torch.float64"),
    ],
)
def test_wrong_images(x: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        build("projection")(x)
