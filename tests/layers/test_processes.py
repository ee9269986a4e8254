"""Statistics that two processes share are those of the whole batch, and so are their gradients."""

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn

from kymatio_learned.layers import ChannelLayout, LearnedScatteringLayer, Standardization
from kymatio_learned.layers.batch_norm import BatchNorm2d
from kymatio_learned.torch import PhaseCollapse2D

from ..assertions import FLOAT64, assert_close

LAYOUT = ChannelLayout(n_complex=2, n_real=1)
PARTS = (3, 2)  # images of each process


def modules() -> dict[str, nn.Module]:
    torch.manual_seed(0)
    wavelets = PhaseCollapse2D((4, 5), 3)
    batch_norm = BatchNorm2d(LAYOUT.n_planes).double()
    nn.init.normal_(batch_norm.bias)
    return {
        "batch norm": batch_norm,
        "standardization": Standardization(LAYOUT).double(),
        "layer": LearnedScatteringLayer(LAYOUT, 3, wavelets).double(),
        "layer with skip": LearnedScatteringLayer(LAYOUT, 3, wavelets, skip=True).double(),
    }


def run(module: nn.Module, x: torch.Tensor, weights: torch.Tensor) -> dict[str, Any]:
    """Return the output, the gradients and the state after one training step's passes."""
    x.requires_grad_()
    y = module(x)
    (y * weights).sum().backward()
    return {
        "output": y.detach(),
        "input gradient": x.grad,
        "gradients": [p.grad for p in module.parameters()],
        "state": module.state_dict(),
    }


def draw(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    x = 1 + torch.randn(sum(PARTS), LAYOUT.n_planes, 4, 5, dtype=torch.float64)
    with torch.no_grad():
        weights = torch.randn_like(modules()[name](x.clone()))
    return x, weights


def one_process(rank: int, folder: str) -> None:
    dist.init_process_group("gloo", f"file://{folder}/store", rank=rank, world_size=len(PARTS))
    results = {}
    for name, module in modules().items():
        x, weights = (part.split(PARTS)[rank].clone() for part in DRAWN[name])
        results[name] = run(module, x, weights)
    torch.save(results, f"{folder}/{rank}.pt")
    dist.destroy_process_group()


DRAWN = {name: draw(name) for name in modules()}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("processes")
    mp.spawn(one_process, (str(folder),), nprocs=len(PARTS))
    return [torch.load(Path(folder) / f"{rank}.pt") for rank in range(len(PARTS))]


@pytest.mark.parametrize("name", DRAWN)
def test_parts_of_a_batch_are_treated_as_the_whole(name: str, parts: list[dict[str, Any]]) -> None:
    x, weights = DRAWN[name]
    whole = run(modules()[name], x.clone(), weights)
    results = [part[name] for part in parts]
    for key in ("output", "input gradient"):
        assert_close(torch.cat([result[key] for result in results]), whole[key], FLOAT64)
    # The gradient of a sum over the batch is the sum over its parts.
    for i, gradient in enumerate(whole["gradients"]):
        assert_close(sum(result["gradients"][i] for result in results), gradient, FLOAT64)
    for result in results:
        for key, tensor in whole["state"].items():
            assert_close(result["state"][key], tensor, FLOAT64)


def test_statistics_stay_apart_on_request() -> None:
    assert not Standardization(LAYOUT, sync=False).shares_a_batch
