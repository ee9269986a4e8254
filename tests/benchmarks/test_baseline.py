"""The baseline of the benchmarks computes the same network as the package, step by step."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from benchmarks.baseline import (
    Classifier,
    ComplexMixing,
    FourierPhaseCollapse,
    baseline_network,
)
from kymatio_learned.layers import LearnedScatteringLayer
from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT32, FLOAT64, assert_close

SMALL: dict[str, Any] = {"J": 2, "shape": (16, 16), "octave_layers": 1, "channels": (4, 5, 6)}


def published_order(meta: dict[str, Any]) -> tuple[bool, bool]:
    """Sort linear channels before moduli, and low frequencies before high ones."""
    return meta["nonlinearity"] is not None, meta["filter"] == "psi"


def columns(layer: LearnedScatteringLayer) -> list[int]:
    """Return the columns of the package's matrix in the order of the baseline's."""
    meta = layer.meta()
    return sorted(range(len(meta)), key=lambda c: published_order(meta[c]))


def mixings(baseline: nn.Sequential) -> list[ComplexMixing]:
    """Return the learned matrices of the baseline."""
    return [step for step in baseline if isinstance(step, ComplexMixing)]


def copy_parameters(net: LearnedScattering2D, baseline: nn.Sequential) -> None:
    """Give the baseline the weights of a network, in its own order of channels."""
    for layer, mixing in zip(net.layers, mixings(baseline), strict=True):
        weight = layer.mixing.weight[:, columns(layer), None, None]
        mixing.weight.data = weight.detach().clone()
    classifier, K = baseline[-1], net.out_layout.n_complex
    assert net.classifier is not None
    assert isinstance(classifier, Classifier)
    # Real and imaginary parts: interleaved in the baseline, one after the other in the package.
    planes = torch.arange(2 * K).view(2, K).T.flatten()
    weight = net.classifier.linear.weight.detach()
    weight = weight.unflatten(1, (2 * K, -1))[:, planes].flatten(1)
    classifier.linear.load_state_dict({"weight": weight, "bias": net.classifier.linear.bias})


def images(*shape: int) -> Tensor:
    return 0.5 + torch.randn(*shape)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("skip", [False, True])
def test_baseline_has_the_logits_of_the_package(skip: bool, training: bool) -> None:
    net = LearnedScattering2D(**SMALL, L=4, skip=skip, n_classes=5)
    baseline = baseline_network(**net.config)
    copy_parameters(net, baseline)
    for _ in range(3):  # running averages that are not those of the start
        x = images(8, 3, 16, 16)
        net(x), baseline(x)
    x = images(8, 3, 16, 16)
    for network in (net, baseline):
        network.train(training)
    # Both are float32: the error of single precision, grown through three layers.
    assert_close(baseline(x), net(x), 1e-4)


@pytest.mark.parametrize("skip", [False, True])
def test_baseline_has_the_gradients_of_the_package(skip: bool) -> None:
    net = LearnedScattering2D(**SMALL, L=4, skip=skip, n_classes=5).double()
    baseline = baseline_network(**net.config).double()
    copy_parameters(net, baseline)
    x, y = images(8, 3, 16, 16).double(), torch.arange(8) % 5
    for network in (net, baseline):
        nn.functional.cross_entropy(network(x), y).backward()
    for layer, mixing in zip(net.layers, mixings(baseline), strict=True):
        ours, theirs = layer.mixing.weight.grad, mixing.weight.grad
        assert ours is not None
        assert theirs is not None
        assert_close(theirs[:, :, 0, 0], ours[:, columns(layer)], FLOAT64)


@pytest.mark.parametrize("bank", ["octave", "half_octave_first", "half_octave_second"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_baseline_operator_is_the_operator_of_the_package(bank: str, dtype: torch.dtype) -> None:
    x = torch.randn(2, 3, 10, 7, dtype=dtype)
    expected = PhaseCollapse2D((10, 7), 4, bank=bank)(x)  # (2, 3, 5, M', N')
    low, high = FourierPhaseCollapse((10, 7), 4, bank)(x).split((3, 12), 1)
    assert_close(low, expected[:, :, 0], FLOAT32)
    assert_close(high.unflatten(1, (3, 4)), expected[:, :, 1:], FLOAT32)
