"""A worker measures in its own process, and says what goes wrong there."""

import os
import time
from functools import partial

import pytest
import torch

from benchmarks.timing import seconds_in_turn, seconds_of
from benchmarks.worker import Worker, WorkerError, working

MEGABYTES = 2**20


class Sleeper:
    """Does known things."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def sleep(self) -> None:
        time.sleep(self.seconds)

    def fail(self) -> None:
        raise ValueError("it was asked to")

    def process(self) -> int:
        return os.getpid()

    def fill(self, size: int) -> None:
        torch.ones(size, dtype=torch.uint8)

    def threads(self) -> int:
        return torch.get_num_threads()


def unbuildable() -> None:
    raise RuntimeError("there is nothing to build")


def worker(seconds: float = 0.0, threads: int = 1) -> Worker:
    build = partial(Sleeper, seconds)
    return Worker(build, threads=threads, start_method="forkserver")


def test_worker_is_another_process_with_its_threads() -> None:
    with working({"": worker(threads=3)}) as workers:
        assert workers[""].call("process") != os.getpid()
        assert workers[""].call("threads") == 3


def test_workers_are_timed_each_by_its_own_clock() -> None:
    with working({t: worker(t) for t in (0.01, 0.03)}) as workers:
        times = seconds_in_turn(workers, "sleep", n=2)
    assert all(len(times[t]) == 2 for t in times)
    assert all(second >= t for t in times for second in times[t])


def test_when_time_is_over_one_round_counts() -> None:
    with working({"": worker()}) as workers:
        assert len(seconds_in_turn(workers, "sleep", n=3, until=time.monotonic())[""]) == 1
        assert len(seconds_in_turn(workers, "sleep", n=3, until=time.monotonic() + 600)[""]) == 3


def test_short_actions_are_repeated() -> None:
    calls = []

    def action() -> None:
        time.sleep(0.001)
        calls.append(1)

    seconds = seconds_of(action, least=0.02)
    assert len(calls) > 1
    assert seconds * len(calls) >= 0.02


def test_peak_memory_counts_what_was_freed() -> None:
    # A tensor of 200 MB is filled and freed; the peak holds it, and little more.
    with working({"": worker()}) as workers:
        before = workers[""].peak_memory()
        workers[""].call("fill", 200 * MEGABYTES)
        assert 190 * MEGABYTES < workers[""].peak_memory() - max(before, 0) < 260 * MEGABYTES


def test_an_error_comes_back_with_its_message() -> None:
    with working({"": worker()}) as workers:
        with pytest.raises(WorkerError, match="it was asked to") as error:
            workers[""].call("fail")
        assert error.value.last_line == "ValueError: it was asked to"
        assert workers[""].call("threads") == 1  # the worker goes on


def test_what_cannot_be_built_is_an_error() -> None:
    broken = Worker(unbuildable, threads=1, start_method="forkserver")
    with working({"": broken}), pytest.raises(WorkerError, match="nothing to build"):
        broken.call("anything")


def test_no_answer_in_time_ends_the_process() -> None:
    with working({"": worker(60)}) as workers:
        with pytest.raises(TimeoutError, match="no answer in time"):
            workers[""].call("sleep", timeout=0.2)
        assert not workers[""].is_alive()
