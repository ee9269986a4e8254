"""Loaded networks give the numbers of the published code (see tests/data/phase_collapse)."""

import copy
import io
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from kymatio_learned.models import LearnedScattering2D

from ..assertions import assert_close, relative_error
from .published import CASES, load, read_options, read_state, read_vectors, save_and_load


def load_on(backend: str, case: str) -> LearnedScattering2D:
    """Load a network, and build it anew if it is to run on a given backend."""
    net = load(case)
    if backend == "default":
        return net
    other = LearnedScattering2D(**(net.config | {"backend": backend}))
    other.load_state_dict(net.state_dict())
    return other.eval()


@pytest.mark.parametrize("backend", ["default", "torch", "torch_matmul"])
@pytest.mark.parametrize("case", CASES)
def test_logits_gradients_and_steps_of_sgd(case: str, backend: str) -> None:
    net, v = load_on(backend, case), read_vectors(case)
    x, y = v["x"], v["y"]
    images = x[:4].clone().requires_grad_(True)
    logits = net(images)
    (gradient,) = torch.autograd.grad(cross_entropy(logits, y[:4]), images)
    assert_close(logits, v["eval_logits"], 1e-4)
    assert_close(gradient, v["eval_input_grad"], 1e-4)

    sgd = torch.optim.SGD(
        net.parameters(), v["lr"], momentum=v["momentum"], weight_decay=v["weight_decay"]
    )
    net.train()
    for step, expected in enumerate(v["losses"]):
        batch = slice(start := step % 2 * v["batch_size"], start + v["batch_size"])
        loss = cross_entropy(net(x[batch]), y[batch])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        assert loss.item() == pytest.approx(expected.item(), rel=1e-3)
    assert_close(net.eval()(x[:4]), v["eval_logits_after"], 1e-3)
    assert relative_error(v["eval_logits_after"], v["eval_logits"]) > 1e-2  # the steps matter


@pytest.mark.parametrize("case", CASES)
def test_double_precision_agrees_with_single(case: str) -> None:
    net, x = load(case), read_vectors(case)["x"][:4]
    assert_close(net(x), copy.deepcopy(net).double()(x.double()), 1e-5)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (
            "cifar_lscat",
            {
                "J": 2,
                "shape": (32, 32),
                "L": 4,
                "channels": (8, 12, 16, 16),
                "in_channels": 3,
                "octave_layers": 0,
                "full_circle": False,
                "skip": False,
                "nonlinearity": "modulus",
                "complex_mixing": True,
                "avg_pool": None,
                "n_classes": 10,
            },
        ),
        (
            "mnist_sigmoid_skip",
            {
                "J": 1,
                "shape": (28, 28),
                "L": 6,
                "in_channels": 1,
                "full_circle": True,
                "skip": True,
                "nonlinearity": "sigmoid",
                "learned_nonlinearity": True,
                "avg_pool": 7,
            },
        ),
        (
            "mnist_orders",
            {"separate_orders": True, "channels": ((2, 3), (2, 4, 3), (1, 2, 4, 3))},
        ),
        ("mnist_orders_skip", {"octave_layers": 2, "skip": True, "separate_orders": True}),
        ("cifar100_real", {"octave_layers": 3, "complex_mixing": False, "n_classes": 100}),
        (
            "imagenet_power",
            {"J": 2, "octave_layers": 1, "avg_pool": "global", "n_classes": 1000},
        ),
    ],
)
def test_arguments(case: str, expected: dict[str, Any]) -> None:
    net = load(case)
    assert expected.items() <= net.config.items()
    assert not net.training


def test_takes_the_stored_filters(tmp_path: Path) -> None:
    state = read_state("cifar_lscat")
    psis = state["module.1.module.0.psis"]
    psis += 1e-7 * torch.randn_like(psis)  # rounding of another machine
    net = save_and_load(tmp_path, state, read_options("cifar_lscat"))
    assert torch.equal(net.layers[0].wavelets.psi, psis)
    buffer = io.BytesIO()
    torch.save(net, buffer)
    buffer.seek(0)
    reloaded = torch.load(buffer, weights_only=False)
    assert torch.equal(reloaded.layers[0].wavelets.psi, psis)


def test_matrices_follow_the_stored_filters(tmp_path: Path) -> None:
    """Layers on small images multiply by matrices that are made of the filters."""
    state = read_state("cifar_lscat")
    assert load("cifar_lscat").layers[3].wavelets.backend.name == "torch_matmul"
    psis = state["module.4.module.0.psis"]
    psis += 1e-6 * torch.randn_like(psis)
    layer = save_and_load(tmp_path, state, read_options("cifar_lscat")).layers[3]
    x = torch.randn(1, 16, 16, 16, dtype=torch.complex64)
    high = layer.wavelets.wavelets(x)[1]
    other = load("cifar_lscat").layers[3]
    rounding = relative_error(load("cifar_lscat").layers[3].wavelets.wavelets(x)[1], high)
    other.wavelets.psi.copy_(psis)
    # In double precision the filters themselves are read.
    assert relative_error(other.wavelets.wavelets(x.to(torch.complex128))[1], high) < rounding / 5


def test_unused_parameters_of_the_nonlinearity(tmp_path: Path) -> None:
    """The published code stores them, whatever the non-linearity, if they have a first value."""
    state, options = read_state("cifar_lscat"), read_options("cifar_lscat")
    options["scat_non_linearity_learned"] = [1] * 4
    for block, channels in enumerate((12, 32, 48, 64), start=1):
        for name in ("bias", "gain"):
            key = f"module.{block}.module.1.submodules.dict.psi.{name}"
            state[key] = torch.randn(channels, 1, 1)
    net, x = save_and_load(tmp_path, state, options), read_vectors("cifar_lscat")["x"][:4]
    assert torch.equal(net(x), load("cifar_lscat")(x))

    state, options = read_state("cifar_soft_threshold"), read_options("cifar_soft_threshold")
    options["scat_non_linearity_gain"] = [None] * 3
    del state["module.1.module.1.submodules.dict.psi.gain"]
    net, x = save_and_load(tmp_path, state, options), read_vectors("cifar_soft_threshold")["x"]
    assert torch.equal(net(x), load("cifar_soft_threshold")(x))


def test_fixed_parameters_of_the_nonlinearity(tmp_path: Path) -> None:
    """What is not learned is in the options alone."""
    state, options = read_state("cifar_soft_threshold"), read_options("cifar_soft_threshold")
    options["scat_non_linearity_learned"] = [0] * 3
    for name in [name for name in state if name.endswith((".psi.bias", ".psi.gain"))]:
        del state[name]
    x = read_vectors("cifar_soft_threshold")["x"][:4]
    net = save_and_load(tmp_path, state, options)
    assert_close(net(x), load("cifar_soft_threshold")(x), 1e-5)  # the learned ones are still 0.1
    options["scat_non_linearity_bias"] = [0.3] * 3
    net = save_and_load(tmp_path, state, options)
    assert net.layers[2].nonlinearity.bias == pytest.approx(0.3)
    assert relative_error(net(x), load("cifar_soft_threshold")(x)) > 1e-3


def test_lists_longer_than_the_network(tmp_path: Path) -> None:
    """The published code reads one value a block, and does not see the others."""
    state, options = read_state("cifar_lscat"), read_options("cifar_lscat")
    options["Pc_size"] += ["id"]
    options["scat_angles"] += [8]
    net, x = save_and_load(tmp_path, state, options), read_vectors("cifar_lscat")["x"][:4]
    assert torch.equal(net(x), load("cifar_lscat")(x))


def test_subset_of_the_classes_of_imagenet(tmp_path: Path) -> None:
    state, options = read_state("imagenet_power"), read_options("imagenet_power")
    for name in ("module.6.classifier.weight", "module.6.classifier.bias"):
        state[name] = state[name][:50].clone()
    options["nb_classes"] = 50
    net = save_and_load(tmp_path, state, options, shape=(24, 24))
    x = read_vectors("imagenet_power")["x"][:4]
    assert_close(net(x), load("imagenet_power")(x)[:, :50], 1e-6)
