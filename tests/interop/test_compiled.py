"""Compiled networks give the numbers of the published code, in one graph.

Not by a compiler of machine code, which needs one: the graphs run as they are traced.
"""

import pytest
import torch
from torch.nn.functional import cross_entropy

from kymatio_learned.models import LearnedScattering2D

from ..assertions import assert_close
from .published import load, read_vectors


@pytest.mark.parametrize("case", ["cifar_lscat", "cifar_lscat_skip"])
@pytest.mark.parametrize("backend", [pytest.param("torch", marks=pytest.mark.slow), "torch_matmul"])
def test_logits_gradients_and_losses(case: str, backend: str) -> None:
    loaded, v = load(case), read_vectors(case)
    net = LearnedScattering2D(**(loaded.config | {"backend": backend}))
    net.load_state_dict(loaded.state_dict())
    torch.compiler.reset()
    net.eval().compile(backend="aot_eager", fullgraph=True)
    x, y = v["x"], v["y"]
    images = x[:4].clone().requires_grad_()
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
