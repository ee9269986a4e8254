"""Several processes train as one does, and go on where they were stopped."""

import inspect
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from kymatio_learned.layers import Standardization
from kymatio_learned.training.checkpoints import read_checkpoint

from .distributed_run import run_both
from .runs import assert_same_run

ROOT = Path(__file__).parents[2]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]
ONE_NODE = ["--nproc-per-node", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0"]
SCRIPT = "examples/cifar_train.py"
SHORT = [
    *("--model", "custom", "--J", "1", "--octave-layers", "1", "--L", "4", "--channels", "6"),
    *("--image-size", "8", "--train-samples", "200", "--batch-size", "10", "--epochs", "3"),
    *("--checkpoint-every-steps", "1", "--resume", "auto"),
]


def launch(*argv: str) -> subprocess.Popen[str]:
    """Start a command in the root of the project, which is where its modules are found."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def wait(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port: int = probe.getsockname()[1]
        return port


def states(folder: Path, variant: str) -> dict[str, Any]:
    content: dict[str, Any] = torch.load(folder / f"{variant}.pt", weights_only=True)
    return content


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone")
    run_both(folder, 1)
    return folder


def two_processes(script: str, *argv: str) -> None:
    wait(launch(*TORCHRUN, *ONE_NODE, script, *argv))


def two_nodes(script: str, *argv: str) -> None:
    # Two agents on the loopback address, with one process each, know of each other as two machines.
    endpoint = f"localhost:{free_port()}"
    rendezvous = ("--rdzv-backend", "c10d", "--rdzv-endpoint", endpoint, "--rdzv-id", "test")
    agent = [*TORCHRUN, "--nnodes", "2", "--nproc-per-node", "1", *rendezvous, script, *argv]
    wait(launch(*agent), launch(*agent))


# Ten steps of single precision: sums over halves of a batch are added in another order.
@pytest.mark.skipif(
    "sync" not in inspect.signature(Standardization).parameters,
    reason="processes only train as one where they share their statistics",
)
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
        for name, tensor in expected["state"].items():
            difference = (together["state"][name] - tensor).abs().max().item()
            assert difference <= 1e-5 * max(1.0, tensor.abs().max().item()), name
        assert together["scores"] == pytest.approx(expected["scores"], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["ddp", "fsdp"])
def test_processes_go_on_where_the_system_stopped_them(strategy: str, tmp_path: Path) -> None:
    whole, parts = (str(tmp_path / name) for name in ("whole", "parts"))
    options = [*SHORT, "--strategy", strategy]
    two_processes(SCRIPT, *options, "--output-dir", whole)

    stopped = launch(*TORCHRUN, *ONE_NODE, SCRIPT, *options, "--output-dir", parts)
    last = Path(parts) / "checkpoints" / "last.ckpt"
    while not last.is_file() and stopped.poll() is None:
        time.sleep(0.001)
    stopped.send_signal(signal.SIGTERM)
    output, _ = stopped.communicate(timeout=300)
    assert stopped.returncode != 0, output
    assert f"--resume {parts} goes on" in output
    assert read_checkpoint(last)["global_step"] < 30

    two_processes(SCRIPT, *options, "--output-dir", parts)
    assert_same_run(Path(whole), Path(parts))


@pytest.mark.slow
def test_lightnings_own_launcher_starts_processes(tmp_path: Path) -> None:
    options = [*SHORT, "--devices", "2", "--output-dir"]
    wait(launch(sys.executable, SCRIPT, *options, str(tmp_path / "own")))
    two_processes(SCRIPT, *SHORT, "--output-dir", str(tmp_path / "torchrun"))
    assert_same_run(tmp_path / "own", tmp_path / "torchrun")
