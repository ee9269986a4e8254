"""Loaded networks give the published code's numbers (see tests/data/separation_concentration)."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from kymatio_learned.interop import load_separation_concentration
from kymatio_learned.layers import attach_parseval, parseval_groups
from kymatio_learned.models import PatchConcentration2D, SeparationConcentration2D

from ..assertions import assert_close, relative_error

DATA = Path(__file__).parents[1] / "data" / "separation_concentration"
CASES = sorted(folder.name for folder in DATA.iterdir() if folder.is_dir())
Network = SeparationConcentration2D | PatchConcentration2D


def read_config(case: str) -> dict[str, Any]:
    (path,) = (DATA / case).glob("*.json")
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def read_state(case: str) -> dict[str, Tensor]:
    state: dict[str, Tensor] = torch.load(DATA / case / "state_dict.pt", weights_only=True)
    return state


def read_vectors(case: str) -> dict[str, Any]:
    vectors: dict[str, Any] = torch.load(DATA / case / "vectors.pt", weights_only=True)
    if vectors["x"].dtype == torch.uint8:
        vectors["x"] = vectors["x"] / 64 - 2
    return vectors


def load(case: str) -> Network:
    return load_separation_concentration(read_state(case), read_config(case))


@pytest.mark.parametrize("case", CASES)
def test_logits_gradients_and_steps_of_sgd(case: str) -> None:
    net, v = load(case), read_vectors(case)
    x, y, n = v["x"], v["y"], len(v["eval_logits"])
    images = x[:n].clone().requires_grad_(True)
    logits = net(images)
    assert_close(logits, v["eval_logits"], 1e-5)
    if "eval_input_grad" in v:
        (gradient,) = torch.autograd.grad(cross_entropy(logits, y[:n]), images)
        assert_close(gradient, v["eval_input_grad"], 1e-4)  # a sum of many terms, rectified

    groups = parseval_groups(net, v["weight_decay"])
    sgd = torch.optim.SGD(groups, v["lr"], momentum=v["momentum"])
    attach_parseval(sgd, net, v["parseval_beta"])
    net.train()
    for step, expected in enumerate(v["losses"]):
        batch = slice(start := step % 2 * v["batch_size"], start + v["batch_size"])
        loss = cross_entropy(net(x[batch]), y[batch])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    assert_close(net.eval()(x[:n]), v["eval_logits_after"], 1e-4)  # rounding grows with the steps
    assert relative_error(v["eval_logits_after"], v["eval_logits"]) > 1e-2  # the steps matter


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("relu", {"J": 2, "L": 4, "channels": (8, 12), "widths": (24, 40), "nonlinearity": "relu"}),
        ("softshrink", {"L": 8, "nonlinearity": "soft_threshold", "threshold": 1.5}),
        ("cifar_projection", {"J": 2, "widths": None, "shape": (32, 32), "in_channels": 3}),
        ("cifar_three_blocks", {"J": 3, "widths": (16, 8, 24)}),
        (
            "mnist_modulus",
            {"shape": (28, 28), "in_channels": 1, "nonlinearity": "modulus", "avg_pool": 3},
        ),
        ("mnist_tree", {"J": 2, "tree": True, "channels": (12,), "shape": (28, 28)}),
        ("cifar_patches", {"patch_size": 8, "stride": 4, "width": 48, "threshold": 0.0}),
        ("mnist_patches", {"patch_size": 14, "stride": 7, "nonlinearity": "soft_threshold"}),
    ],
)
def test_arguments(case: str, expected: dict[str, Any]) -> None:
    net = load(case)
    assert expected.items() <= net.config.items()
    assert not net.training


def test_plain_config_says_what_the_command_line_says() -> None:
    x = read_vectors("mnist_modulus")["x"][:2]
    config = {
        "projection_sizes": [8, 8],
        "frame_widths": [24, 16],
        "L": 6,
        "non_linearity": "absolute",
        "avg_ker_size": 3,
    }
    net = load_separation_concentration(read_state("mnist_modulus"), config)
    assert torch.equal(net(x), load("mnist_modulus")(x))


@pytest.mark.parametrize("widths", [None, [], [None, None]])
def test_plain_config_without_frames(widths: list[None] | None) -> None:
    config = {"projection_sizes": [8, 12], "frame_widths": widths, "L": 4, "non_linearity": None}
    x = read_vectors("cifar_projection")["x"][:2]
    net = load_separation_concentration(read_state("cifar_projection"), config)
    assert torch.equal(net(x), load("cifar_projection")(x))


def test_ten_layers_are_read_in_their_order() -> None:
    """Layer 10 comes after layer 9, not after layer 1."""
    state = {
        name.replace("4.", "10.", 1).replace("6.", "12.", 1).replace("5.", "11.", 1): value
        for name, value in read_state("relu").items()
    }
    x = read_vectors("relu")["x"][:2]
    net = load_separation_concentration(state, read_config("relu"))
    assert torch.equal(net(x), load("relu")(x))


def test_filters_in_the_state_are_left_out() -> None:
    state = read_state("cifar_projection") | {
        "0.module.scattering.0.phis": torch.zeros(36, 36, 1),
        "0.module.scattering.0.tensor12": torch.zeros(36, 36, 1),
    }
    load_separation_concentration(state, read_config("cifar_projection"))


def test_images_of_another_size() -> None:
    """The size is not stored; only the classifier's inputs tell it, and several sizes fit."""
    net = load_separation_concentration(read_state("relu"), read_config("relu"), shape=(33, 35))
    assert net(torch.randn(2, 3, 33, 35)).shape == (2, 10)


@pytest.mark.parametrize(
    ("case", "change", "match"),
    [
        ("relu", {"projection_sizes": []}, "expected projection_sizes, or one frame width"),
        ("relu", {"frame_widths": [24]}, "expected 2 frame_widths, one a layer, got 1"),
        ("relu", {"frame_widths": [24, 41]}, r"expected a tensor of shape \(41, 12\), got \(40"),
        ("relu", {"projection_sizes": [8, 0]}, "list of positive integers"),
        ("relu", {"projection_sizes": [8, 13]}, "expected classifier.weight of 13 channels"),
        ("relu", {"L": 5}, "expected standardization.running_mean of 21 a channel for L=5, got 51"),
        ("relu", {"L": 4.0}, "expected L to be a positive integer, got 4.0"),
        ("relu", {"non_linearity": "tanh"}, "softshrink, relu, absolute, got 'tanh'"),
        ("relu", {"frame_widths": None}, "expected a state_dict with only what the config"),
        ("relu", {"frame_kernel_size": 3}, "expected frame_kernel_size 1 beside projections"),
        ("cifar_projection", {"P_proj_size": [8, 13]}, "of 13 channels of square feature maps"),
        ("cifar_projection", {"arch": "mlp"}, "expected arch to be one of analysis"),
        ("cifar_projection", {"classifier_type": "mlp"}, "expected classifier_type 'fc'"),
        ("cifar_projection", {"P_kernel_size": [3, 1]}, "expected P_kernel_size to be 1"),
        ("cifar_projection", {"scat_angles": [4, 8]}, "expected one number of angles"),
    ],
)
def test_options_that_do_not_fit(case: str, change: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        load_separation_concentration(read_state(case), read_config(case) | change)


def test_state_that_does_not_fit() -> None:
    state, config = read_state("relu"), read_config("relu")
    with pytest.raises(ValueError, match="expected a state_dict of tensors, got epoch"):
        load_separation_concentration({**state, "epoch": 3}, config)  # type: ignore[dict-item]
    with pytest.raises(ValueError, match="expected lambda_ of layer 1 in the state_dict"):
        load_separation_concentration(
            {name: value for name, value in state.items() if name != "5.lambda_"}, config
        )
    with pytest.raises(ValueError, match="expected lambda_ to be one multiple"):
        load_separation_concentration(state | {"5.lambda_": 2 * state["5.lambda_"]}, config)
