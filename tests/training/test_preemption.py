"""Clusters that take their machines away: SIGTERM to all processes, or a process that is killed."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kymatio_learned.training.checkpoints import read_checkpoint

from .processes import (
    ONE_NODE,
    SCRIPT,
    SHORT,
    TORCHRUN,
    Process,
    free_port,
    launch,
    two_processes,
    wait,
)
from .runs import assert_same_run

PREEMPTED = "tests/training/preempted.py"
TERMINATED = 143
# PyTorch's workers end by SIGTERM where nothing is done about it, and the training with them.
WORKER = ["--num-workers", "1"]


def one_process(*command: str) -> list[Process]:
    return [launch(sys.executable, *command)]


def own_launcher(*command: str) -> list[Process]:
    return [launch(sys.executable, *command, "--devices", "2")]


def slurm(*command: str) -> list[Process]:
    """Start one task on each of two nodes, with the variables that srun gives them."""
    job = {
        "SLURM_JOB_NAME": "training",
        "SLURM_JOB_ID": "1",
        "SLURM_NODELIST": "localhost",
        "SLURM_NNODES": "2",
        "SLURM_NTASKS": "2",
        "SLURM_NTASKS_PER_NODE": "1",
        "MASTER_PORT": free_port(),  # else it follows from the job's number
    }
    return [
        launch(
            *(sys.executable, *command, "--num-nodes", "2"),
            **(job | {"SLURM_PROCID": task, "SLURM_NODEID": task, "SLURM_LOCALID": "0"}),
        )
        for task in ("0", "1")
    ]


def steps_of(run: Path) -> int:
    steps: int = read_checkpoint(run / "checkpoints" / "last.ckpt")["global_step"]
    return steps


# Where it happens, and after how many steps: at the end of a step, and in the test of an epoch,
# which is the second for two processes.
STEP, TEST = ("on_train_batch_end", "13"), ("on_validation_batch_end", "20")


@pytest.mark.parametrize(
    ("start", "place"),
    [
        (one_process, STEP),
        pytest.param(own_launcher, STEP, marks=pytest.mark.slow),
        pytest.param(slurm, STEP, marks=pytest.mark.slow),
        pytest.param(slurm, TEST, marks=pytest.mark.slow),
    ],
)
def test_sigterm_to_all_processes_saves_the_state_and_the_status_says_so(
    start: Callable[..., list[Process]], place: tuple[str, str], tmp_path: Path
) -> None:
    whole, parts = ([*SHORT, *WORKER, "--output-dir", str(tmp_path / n)] for n in "wp")
    wait(*start(SCRIPT, *whole))
    for process in start(PREEMPTED, *place, "group", *parts):
        output, _ = process.communicate(timeout=300)
        assert process.returncode == TERMINATED, output
        assert "Traceback" not in output
    assert steps_of(tmp_path / "p") == int(place[1])
    wait(*start(SCRIPT, *parts))
    assert_same_run(tmp_path / "w", tmp_path / "p")


@pytest.mark.slow
@pytest.mark.parametrize(("strategy", "place"), [("ddp", STEP), ("fsdp", STEP), ("fsdp", TEST)])
def test_torchrun_passes_sigterm_on(strategy: str, place: tuple[str, str], tmp_path: Path) -> None:
    options = [*SHORT, "--strategy", strategy, "--output-dir"]
    two_processes(SCRIPT, *options, str(tmp_path / "w"))
    parts = [*options, str(tmp_path / "p")]
    agent = launch(*TORCHRUN, *ONE_NODE, PREEMPTED, *place, "parent", *parts)
    output, _ = agent.communicate(timeout=300)
    assert agent.returncode != 0, output
    assert f"--resume {tmp_path / 'p'} goes on" in output
    assert steps_of(tmp_path / "p") == int(place[1])
    two_processes(SCRIPT, *parts)
    assert_same_run(tmp_path / "w", tmp_path / "p")


@pytest.mark.slow
def test_torchrun_starts_again_what_was_killed(tmp_path: Path) -> None:
    two_processes(SCRIPT, *SHORT, "--output-dir", str(tmp_path / "w"))
    parts = [*SHORT, "--output-dir", str(tmp_path / "p")]
    restarting = [*TORCHRUN, *ONE_NODE, "--max-restarts", "1"]
    wait(launch(*restarting, PREEMPTED, *STEP, "kill", *parts))
    assert_same_run(tmp_path / "w", tmp_path / "p")
