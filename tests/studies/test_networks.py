"""Networks by name fit the images."""

from typing import Any

import pytest
import torch

from kymatio_learned.models.activations import ACTIVATIONS
from kymatio_learned.studies import Problem, build_network

SMALL: dict[str, dict[str, Any]] = {
    "learned_scattering": {"J": 1, "octave_layers": 1, "channels": (4,)},
    "learned_scattering_small": {"channels": (2, 2, 2, 2)},
    "learned_scattering_cifar10": {"channels": (2,) * 8},
    "separation_concentration": {"J": 1, "channels": (4,), "widths": (6,)},
    "separation_concentration_cifar10": {"channels": (2,) * 4, "widths": (4,) * 4},
    "patch_concentration_cifar10": {"width": 8},
    "patch_concentration_mnist": {"width": 8, "stride": 6},
    "resnet20": {"nonlinearity": "tanh", "bias": False},
    "resnet18": {},
}


@pytest.fixture(scope="module")
def problem() -> Problem:
    return Problem("digits")


@pytest.mark.parametrize("name", SMALL)
def test_network_takes_the_images(name: str, problem: Problem) -> None:
    net = build_network(name, SMALL[name], problem.splits(10)).eval()
    images = torch.zeros(2, 3 if name == "resnet18" else 1, 32, 32)
    assert net(images).shape == (2, 10)


@pytest.mark.parametrize("nonlinearity", ["abs", "soft_threshold"])
def test_resnet18_without_biases(nonlinearity: str, problem: Problem) -> None:
    arguments = {"nonlinearity": nonlinearity, "bias": False}
    names = dict(build_network("resnet18", arguments, problem.splits(10)).named_parameters())
    assert [name for name in names if "bias" in name or "bn" in name] == ["fc.bias"]
    assert any("threshold" in name for name in names) == (nonlinearity == "soft_threshold")
    assert nonlinearity in ACTIVATIONS


def test_unknown_network(problem: Problem) -> None:
    with pytest.raises(ValueError, match="expected a network among learned_scattering"):
        build_network("vgg", {}, problem.splits(10))
