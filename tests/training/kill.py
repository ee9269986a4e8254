"""Kill trainings at random moments, let them go on, and compare them with one that was not killed.

    python -m tests.training.kill FOLDER KILLS SEED [OPTIONS of the training]

Each training is a process of its own, forked from this one so that it starts at once, and killed by
SIGKILL, which no program can notice: in turn at a random time, and while it writes a checkpoint.
The last line counts the runs that are equal bit for bit, and the kills that cut off a writing.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from kymatio_learned.training import main, outcome
from kymatio_learned.training.atomic import UNFINISHED

from .runs import assert_same_run

OPTIONS = [
    *("--epochs", "3", "--checkpoint-every-steps", "3", "--keep-best", "2", "--diagnostics"),
    *("--resume", "auto"),
    *sys.argv[4:],
]


def start(run: Path) -> int:
    """Start a training in a new process, or go on with it."""
    if pid := os.fork():
        return pid
    with run.with_suffix(".log").open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        outcome.write_figures = lambda *args: None  # they take longer than the training
        status = 70
        try:
            status = main([*OPTIONS, "--output-dir", str(run)])
        finally:
            sys.stdout.flush()
            os._exit(status)


def finish(run: Path) -> float:
    """Train to the end, and give the seconds that it took."""
    begin = time.monotonic()
    _, status = os.waitpid(start(run), 0)
    assert status == 0, f"{run} ended with {status}: {run.with_suffix('.log').read_text()}"
    return time.monotonic() - begin


def being_written(run: Path) -> set[str]:
    """Give the checkpoints that are being written."""
    try:
        return {name for name in os.listdir(run / "checkpoints") if UNFINISHED in name}
    except FileNotFoundError:
        return set()


def wait_for_writings(run: Path, pid: int, count: int) -> None:
    """Wait until a process begins to write the given checkpoint, or ends."""
    seen = False
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        writing = bool(being_written(run))
        count -= writing and not seen
        if count == 0:
            return
        seen = writing


def kill(run: Path, draw: random.Random, seconds: float, while_writing: bool) -> bool:
    """Train, and kill the training; tell whether a checkpoint was being written."""
    pid = start(run)
    if while_writing:
        wait_for_writings(run, pid, draw.randint(1, 8))
        time.sleep(draw.uniform(0, 2e-3))
    else:
        time.sleep(draw.uniform(0, seconds))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return bool(being_written(run))


def run_all(folder: Path, kills: int, seed: int) -> tuple[int, int]:
    """Count the equal runs, and the kills that cut off a writing."""
    draw = random.Random(seed)
    whole = folder / "whole"
    seconds = finish(whole)
    equal = cut_off = 0
    for k in range(kills):
        run = folder / f"killed-{k}"
        cut_off += kill(run, draw, seconds, while_writing=k % 2 == 1)
        finish(run)
        assert_same_run(whole, run)
        equal += 1
    return equal, cut_off


if __name__ == "__main__":
    folder, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    equal, cut_off = run_all(folder, kills, seed)
    print(f"{equal} of {kills} equal, {cut_off} killed while a checkpoint was written")
