"""Trainings in processes of their own, as a user and a cluster start them."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

Process = subprocess.Popen[str]

ROOT = Path(__file__).parents[2]
SCRIPT = "examples/cifar_train.py"
# A training of a second or two: 20 steps an epoch for one process, 10 for two.
SHORT = [
    *("--model", "custom", "--J", "1", "--octave-layers", "1", "--L", "4", "--channels", "6"),
    *("--image-size", "8", "--train-samples", "200", "--batch-size", "10", "--epochs", "3"),
    *("--checkpoint-every-steps", "1", "--resume", "auto"),
]
TORCHRUN = [sys.executable, "-m", "torch.distributed.run"]
ONE_NODE = ["--nproc-per-node", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint", "localhost:0"]


def launch(*argv: str, **variables: str) -> Process:
    """Start a command, with processes that get signals together, in the root of the project."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **variables}
    return subprocess.Popen(
        argv,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait(*processes: Process) -> None:
    """Wait until processes have ended well."""
    for process in processes:
        output, _ = process.communicate(timeout=300)
        assert process.returncode == 0, output


def free_port() -> str:
    """Give a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return str(probe.getsockname()[1])


def two_processes(script: str, *argv: str) -> None:
    """Run a script in two processes of this machine."""
    wait(launch(*TORCHRUN, *ONE_NODE, script, *argv))


def two_machines(*commands: Sequence[str]) -> list[Process]:
    """Start one process on each of two machines: agents on the loopback address."""
    endpoint = f"localhost:{free_port()}"
    rendezvous = ("--rdzv-backend", "c10d", "--rdzv-endpoint", endpoint, "--rdzv-id", "test")
    agent = [*TORCHRUN, "--nnodes", "2", "--nproc-per-node", "1", *rendezvous]
    return [launch(*agent, *command) for command in commands]


def two_nodes(script: str, *argv: str) -> None:
    """Run a script in one process on each of two machines."""
    wait(*two_machines([script, *argv], [script, *argv]))
