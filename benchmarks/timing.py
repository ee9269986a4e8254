"""Times of calls, and memory of this process."""

import math
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from .worker import Worker

Key = TypeVar("Key")
_STATUS = Path("/proc/self/status")


def seconds_of(action: Callable[[], object], least: float = 0.0) -> float:
    """Return the time of one call: the mean of as many as take `least` seconds."""
    begin, calls = time.perf_counter(), 0
    while not calls or time.perf_counter() - begin < least:
        action()
        calls += 1
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return (time.perf_counter() - begin) / calls


def seconds_in_turn(
    workers: Mapping[Key, "Worker"],
    method: str,
    n: int,
    least: float = 0.0,
    until: float = math.inf,
) -> dict[Key, list[float]]:
    """Time a method of each worker, one after the other, `n` times round.

    So a change of the machine's speed meets all alike. A first round is not counted. After
    `until`, on the clock of `time.monotonic`, no round begins but the first that counts.
    """
    rounds: list[dict[Key, float]] = []
    while len(rounds) < 2 or (len(rounds) <= n and time.monotonic() < until):
        rounds.append(
            {name: worker.seconds(method, least=least) for name, worker in workers.items()}
        )
    return {name: [times[name] for times in rounds[1:]] for name in workers}


def memory_now() -> int:
    """Return the bytes of this process that are in memory."""
    return _memory("VmRSS")


def memory_peak() -> int:
    """Return the bytes of this process that were in memory at most."""
    return _memory("VmHWM")


def _memory(field: str) -> int:
    if _STATUS.exists():  # Linux, whose getrusage counts memory of the parent too
        lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        return 1024 * int(lines[field].split()[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
