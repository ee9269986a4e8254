"""The presets are the networks of the paper, by their number of learned parameters."""

from typing import Any

import pytest
import torch

from kymatio_learned.models import (
    PRESETS,
    learned_scattering_cifar10,
    learned_scattering_imagenet,
    learned_scattering_small,
)
from kymatio_learned.models.summary import count_parameters


@pytest.mark.parametrize(
    ("preset", "skip", "expected"),
    [
        (learned_scattering_cifar10, False, 12_251_018),
        (learned_scattering_cifar10, True, 24_459_018),
        (learned_scattering_imagenet, False, 29_052_584),
        (learned_scattering_imagenet, True, 53_495_144),
        # By hand: C (L + 1) K numbers of each layer, twice for complex weights, and a classifier of
        # 2 * 256 planes, 2 x 2 pixels and 10 classes.
        (
            learned_scattering_small,
            False,
            2 * 9 * (3 * 32 + 32 * 64 + 64 * 128 + 128 * 256) + 2 * 512 + 10 * (512 * 4 + 1),
        ),
    ],
)
def test_number_of_learned_parameters(preset: Any, skip: bool, expected: int) -> None:
    with torch.device("meta"):  # counts without drawing the weights
        net = preset(skip=skip)
    assert count_parameters(net) == expected
    assert sum(p.numel() for p in net.parameters()) == expected


def test_layers_of_the_presets() -> None:
    with torch.device("meta"):
        cifar10, imagenet = learned_scattering_cifar10(), learned_scattering_imagenet()
    first_and_second = ["half_octave_first", "half_octave_second"]
    assert [layer.wavelets.bank for layer in cifar10.layers] == first_and_second * 4
    assert [layer.wavelets.bank for layer in imagenet.layers] == ["octave", *first_and_second * 5]
    assert {layer.wavelets.L for layer in cifar10.layers} == {4}
    assert {layer.wavelets.L for layer in imagenet.layers} == {8}
    assert (cifar10.output_shape, imagenet.output_shape) == ((2, 2), (3, 3))


@pytest.mark.parametrize("name", PRESETS)
def test_arguments_replace_those_of_the_preset(name: str) -> None:
    with torch.device("meta"):
        net = PRESETS[name](
            shape=(64, 80), in_channels=1, n_classes=None, skip=True, nonlinearity="tanh"
        )
    assert net.classifier is None
    assert net.shape == (64, 80)
    assert net.layout.n_real == 1
    assert net.config["skip"]
    assert net.config["nonlinearity"] == "tanh"


def test_small_preset_classifies() -> None:
    assert learned_scattering_small(n_classes=7)(torch.randn(2, 3, 32, 32)).shape == (2, 7)
