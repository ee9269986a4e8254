"""What the parts of one run share."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .timing import seconds_in_turn
from .worker import Build, Worker

Key = TypeVar("Key")


@dataclass(frozen=True)
class Session:
    """How a run measures.

    Parameters
    ----------
    threads
        Number of threads that PyTorch computes with.
    quick
        Whether sizes are tiny: to see that everything works, not to measure.
    rounds
        How often everything is timed, or None for the usual numbers.
    device
        Where it computes, ``"cpu"`` or ``"cuda"``.
    data
        Folder of CIFAR-10, or None.
    deadline
        When to start nothing more, on the clock of `time.monotonic`.
    until
        When to repeat nothing more, on the same clock.
    """

    threads: int
    quick: bool = False
    rounds: int | None = None
    device: str = "cpu"
    data: Path | None = None
    deadline: float = math.inf
    until: float = math.inf

    def over(self) -> bool:
        """Tell whether the time is over."""
        return time.monotonic() >= self.deadline

    def left(self, limit: float) -> float:
        """Return the seconds that are left, but at most `limit`."""
        return max(0.0, min(limit, self.deadline - time.monotonic()))

    def worker(self, build: Build, *, threads: int | None = None, keeps: bool = True) -> Worker:
        """Start a process that measures what `build` returns.

        `keeps` is whether it keeps freed memory. Its memory is fresh, except in a quick run.
        """
        return Worker(
            build,
            threads=self.threads if threads is None else threads,
            keep_freed_memory=keeps,
            start_method="forkserver" if self.quick else "spawn",
        )

    def n(self, usual: int) -> int:
        """Return the number of rounds: those asked for, else 1 in a quick run and the usual one."""
        return self.rounds or (1 if self.quick else usual)

    def seconds_in_turn(
        self, workers: Mapping[Key, Worker], method: str, usual: int, least: float = 0.0
    ) -> dict[Key, list[float]]:
        """Time a method of each worker, the usual number of times; see `timing`."""
        return seconds_in_turn(workers, method, self.n(usual), least, self.until)

    def describe(self) -> dict[str, Any]:
        """Return what the results say of it."""
        return {"threads": self.threads, "quick": self.quick}
