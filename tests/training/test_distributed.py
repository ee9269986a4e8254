"""Several processes train as one does."""

import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from kymatio_learned.training.checkpoints import read_checkpoint

from .distributed_run import run_both
from .processes import SCRIPT, SHORT, launch, two_nodes, two_processes, wait
from .runs import assert_same_run


def states(folder: Path, variant: str) -> dict[str, Any]:
    content: dict[str, Any] = torch.load(folder / f"{variant}.pt", weights_only=True)
    return content


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    run_both(folder, 1)
    return folder


# Ten steps of single precision: sums over halves of a batch are added in another order.
@pytest.mark.parametrize(
    "launcher", [two_processes, pytest.param(two_nodes, marks=pytest.mark.slow)]
)
def test_processes_that_share_a_batch_train_as_one(
    launcher: Any, alone: Path, tmp_path: Path
) -> None:
    launcher("tests/training/distributed_run.py", str(tmp_path))
    for variant in ("plain", "skip"):
        expected, together = (states(folder, variant) for folder in (alone, tmp_path))
        assert expected["state"].keys() == together["state"].keys()
        differences = {
            name: (together["state"][name] - tensor).abs().max().item() / tensor.abs().max().item()
            for name, tensor in expected["state"].items()
        }
        print(launcher.__name__, variant, max(differences.items(), key=lambda item: item[1]))
        assert max(differences.values()) <= 1e-5, differences
        assert together["scores"] == pytest.approx(expected["scores"], rel=1e-4)


@pytest.mark.slow
def test_lightnings_own_launcher_starts_processes(tmp_path: Path) -> None:
    wait(
        launch(
            sys.executable, SCRIPT, *SHORT, "--devices", "2", "--output-dir", str(tmp_path / "own")
        )
    )
    two_processes(SCRIPT, *SHORT, "--output-dir", str(tmp_path / "torchrun"))
    assert_same_run(tmp_path / "own", tmp_path / "torchrun")


# The division changes no arithmetic but the order of sums over processes.
@pytest.mark.slow
def test_a_divided_network_trains_as_copies_do(tmp_path: Path) -> None:
    # 107 test images: of 54 and 53 in full batches of 53, one process would have two and one one.
    odd = [*SHORT, "--classes", "3", "--batch-size", "53", "--train-samples", "212"]
    finals = []
    for strategy in ("ddp", "fsdp"):
        run = tmp_path / strategy
        two_processes(SCRIPT, *odd, "--strategy", strategy, "--output-dir", str(run))
        finals.append(read_checkpoint(run / "checkpoints" / "last.ckpt")["state_dict"])
    for name, tensor in finals[0].items():
        torch.testing.assert_close(finals[1][name], tensor, rtol=1e-5, atol=1e-5)
