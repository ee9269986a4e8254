"""Parseval steps orthogonalize; hooks and groups apply them to projections and frames alone."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from kymatio_learned.layers import (
    FrameConcentration,
    OrthogonalProjection,
    attach_parseval,
    make_orthogonal,
    parseval_groups,
    parseval_step_,
)
from kymatio_learned.models import SeparationConcentration2D

from ..assertions import FLOAT32, FLOAT64, assert_close


def network() -> SeparationConcentration2D:
    return SeparationConcentration2D(
        J=2, shape=(8, 8), L=2, channels=(5, 6), widths=(12, 4), in_channels=1, n_classes=3
    )


def matrices(net: SeparationConcentration2D) -> list[torch.Tensor]:
    kinds = (FrameConcentration, OrthogonalProjection)
    return [module.weight for module in net.modules() if isinstance(module, kinds)]


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (4, 4), (3, 2, 2, 2)])
def test_step_moves_each_singular_value(shape: tuple[int, ...]) -> None:
    """The vectors stay, and s becomes (1 + beta) s - beta s^3."""
    A, beta = torch.randn(shape, dtype=torch.float64), 0.05
    U, s, Vh = torch.linalg.svd(A.flatten(1), full_matrices=False)
    expected = (U * ((1 + beta) * s - beta * s**3)) @ Vh
    result = parseval_step_(A, beta)
    assert result is A
    assert_close(A.flatten(1), expected, FLOAT64)


def test_step_descends_the_distance_to_orthogonality() -> None:
    """It is a gradient step on |A^T A - 1|^2, of size beta / 4."""
    A = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    (A.T @ A - torch.eye(3)).square().sum().backward()
    assert A.grad is not None
    expected = A.detach() - 0.01 / 4 * A.grad
    assert_close(parseval_step_(A, beta=0.01), expected, FLOAT64)


def test_many_steps_reach_an_orthogonal_matrix() -> None:
    A = 0.5 * torch.linalg.qr(torch.randn(9, 4))[0] + 0.05 * torch.randn(9, 4)
    for _ in range(300):
        parseval_step_(A, beta=0.1)
    assert_close(A.T @ A, torch.eye(4), FLOAT32)


@pytest.mark.parametrize("optimizer_class", [torch.optim.SGD, torch.optim.AdamW])
def test_hook_acts_after_each_step_until_removed(
    optimizer_class: type[torch.optim.Optimizer],
) -> None:
    net = network()
    optimizer = optimizer_class(parseval_groups(net, 0.1), lr=0.0)  # type: ignore[call-arg]
    handle = attach_parseval(optimizer, net, beta=0.1)
    with torch.no_grad():
        for matrix in matrices(net):
            matrix.mul_(0.9)
    before = [matrix.detach().clone() for matrix in matrices(net)]
    cross_entropy(net.eval()(torch.randn(4, 1, 8, 8)), torch.arange(4) % 3).backward()
    optimizer.step()
    for matrix, old in zip(matrices(net), before, strict=True):
        assert_close(matrix, parseval_step_(old.clone(), 0.1), FLOAT32)
    handle.remove()
    after = [matrix.detach().clone() for matrix in matrices(net)]
    optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(matrices(net), after, strict=True))


def test_frozen_matrices_are_left_alone() -> None:
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    attach_parseval(optimizer, net, beta=0.1)
    net.layers[0].requires_grad_(False)
    with torch.no_grad():
        for matrix in matrices(net):
            matrix.mul_(0.9)
    before = [matrix.detach().clone() for matrix in matrices(net)]
    optimizer.step()
    kept = [torch.equal(a, b) for a, b in zip(matrices(net), before, strict=True)]
    assert kept == [True, True, False, False]


@pytest.mark.parametrize("exact", [False, True])
def test_groups_hold_each_parameter_once(exact: bool) -> None:
    net = network()
    if exact:
        make_orthogonal(net)
    others, orthogonal = parseval_groups(net, 0.1)
    assert (others["weight_decay"], orthogonal["weight_decay"]) == (0.1, 0.0)
    grouped = [*others["params"], *orthogonal["params"]]
    assert {id(p) for p in grouped} == {id(p) for p in net.parameters()}
    assert len(grouped) == len(list(net.parameters()))
    assert net.classifier is not None
    assert {id(p) for p in others["params"]} == {id(p) for p in net.classifier.parameters()}


def test_groups_leave_out_what_is_frozen() -> None:
    net = network()
    net.layers[0].requires_grad_(False)
    grouped = [p for group in parseval_groups(net, 0.1) for p in group["params"]]
    assert {id(p) for p in grouped} == {id(p) for p in net.parameters() if p.requires_grad}


def test_groups_of_a_network_without_such_matrices() -> None:
    assert len(parseval_groups(nn.Linear(2, 2), 0.1)) == 1


@pytest.mark.parametrize("shape", [(3, 8), (8, 3), (4, 4)])
def test_exact_frames_stay_orthogonal_while_they_learn(shape: tuple[int, int]) -> None:
    layer = FrameConcentration(shape[1], width=shape[0])
    make_orthogonal(layer)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    x = torch.randn(4, shape[1], 2, 2)
    before = layer.weight.detach().clone()
    for _ in range(5):
        optimizer.zero_grad()
        (layer(x) - 1).square().mean().backward()
        optimizer.step()
    F = layer.weight
    gram = F.T @ F if shape[0] >= shape[1] else F @ F.T
    assert_close(gram, torch.eye(min(shape)), FLOAT32)
    assert (F - before).norm() > 1e-2


def test_exact_projections_keep_their_matrix() -> None:
    projection = OrthogonalProjection(7, 3)
    before = projection.weight.detach().clone()
    make_orthogonal(projection)
    assert_close(projection.weight, before, FLOAT32)


def test_hook_leaves_exact_matrices_alone() -> None:
    net = network()
    make_orthogonal(net)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0)
    attach_parseval(optimizer, net, beta=0.5)
    before = [p.detach().clone() for p in net.parameters()]
    optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(net.parameters(), before, strict=True))


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match=r"expected a real matrix, got torch\.complex64"):
        parseval_step_(torch.zeros(2, 2, dtype=torch.complex64))
    with pytest.raises(ValueError, match=r"expected a matrix, got a tensor of shape \(3,\)"):
        parseval_step_(torch.zeros(3))
    with pytest.raises(ValueError, match="expected beta to be at least 0, got -1"):
        parseval_step_(torch.zeros(3, 3), -1)
    with pytest.raises(ValueError, match="at most the 3 channels that come in, got out_channels=4"):
        OrthogonalProjection(3, 4)
