"""A process of its own for each thing that is measured: it has fresh memory."""

import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import torch

from .timing import memory_now, memory_peak, seconds_of

# "spawn" gives fresh memory; "forkserver" starts sooner, with memory of the process it copies.
START_METHODS = ("spawn", "forkserver")
_PRELOADED = ["torch", "kymatio_learned.models", "kymatio_learned.training"]

Build = Callable[[], Any]
Key = TypeVar("Key")


class WorkerError(RuntimeError):
    """What went wrong in a worker, with its traceback."""

    @property
    def last_line(self) -> str:
        """What went wrong, without the traceback."""
        return str(self).strip().splitlines()[-1]


class Worker:
    """Build an object in a new process, and measure its methods there.

    Parameters
    ----------
    build
        Returns the object; a picklable function without arguments.
    threads
        Number of threads that PyTorch computes with.
    keep_freed_memory
        Whether the process calls `kymatio_learned.torch.keep_freed_memory` first.
    start_method
        How the process starts: one of `START_METHODS`.
    """

    def __init__(
        self,
        build: Build,
        *,
        threads: int,
        keep_freed_memory: bool = False,
        start_method: str = "spawn",
    ) -> None:
        context: Any = multiprocessing.get_context(start_method)
        if start_method == "forkserver":
            context.set_forkserver_preload(_PRELOADED)
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, build, threads, keep_freed_memory), daemon=True
        )
        self._process.start()
        theirs.close()
        self._base: int | None = None

    def wait(self) -> None:
        """Wait until the object is built, so that no other one is measured meanwhile."""
        self._connection.poll(None)

    def call(self, method: str, *args: Any, timeout: float | None = None) -> Any:
        """Call a method of the object, and return what it returns.

        Raises
        ------
        WorkerError
            If it raised, or the process ended.
        TimeoutError
            If there is no answer after so many seconds; the process is ended.
        """
        return self._apply(_call, (method, *args), timeout)

    def seconds(self, method: str, *, least: float = 0.0, timeout: float | None = None) -> float:
        """Time a method; see `timing.seconds_of`. Raises as `call` does."""
        time_taken: float = self._apply(_seconds, (method, least), timeout)
        return time_taken

    def replace(self, build: Build) -> None:
        """Build another object in place of the present one. Raises as `call` does."""
        self._send("replace", build)
        self._receive(None)

    def peak_memory(self) -> int:
        """Return the bytes that the process took at most, beyond those before the object."""
        peak: int = self._apply(_peak, (), None)
        return peak - (self._base or 0)

    def is_alive(self) -> bool:
        """Tell whether the process runs."""
        alive: bool = self._process.is_alive()
        return alive

    def close(self, patience: float = 10.0) -> None:
        """End the process, by force if it does not end in so many seconds, and what it started."""
        self._connection.close()
        self._process.join(patience)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(5)
        if self._process.is_alive():
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.join()

    def _apply(
        self, function: Callable[..., Any], args: tuple[Any, ...], timeout: float | None
    ) -> Any:
        deadline = None if timeout is None else time.monotonic() + timeout
        self._send("apply", function, *args, deadline=deadline)
        return self._receive(deadline)

    def _send(self, *message: Any, deadline: float | None = None) -> None:
        if self._base is None:
            self._base = self._receive(deadline)
        self._connection.send(message)

    def _receive(self, deadline: float | None) -> Any:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not self._connection.poll(left):
            self.close(patience=0)
            raise TimeoutError("no answer in time")
        try:
            failed, answer = self._connection.recv()
        except EOFError:
            self._process.join()
            code = self._process.exitcode
            raise WorkerError(f"the process ended with status {code}") from None
        if failed:
            raise WorkerError(answer)
        return answer


@contextmanager
def working(workers: Mapping[Key, Worker]) -> Iterator[Mapping[Key, Worker]]:
    """Wait for the workers, which build at once, and close them at the end."""
    try:
        for worker in workers.values():
            worker.wait()
        yield workers
    finally:
        for worker in workers.values():
            worker.close()


def _serve(connection: Connection, build: Build, threads: int, keep_freed_memory: bool) -> None:
    """Build the object, then do what is asked with it, until the process is ended."""
    os.setsid()  # Ctrl-C is for the parent, which ends this process and all that it started
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # an exit that cleans up
    # Until all are built: processes that compute at once, each with its threads, hinder each other.
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if keep_freed_memory:
        from kymatio_learned.torch import keep_freed_memory as keep

        keep()
    base = memory_now()
    try:
        subject = build()
    except Exception:
        connection.send((True, traceback.format_exc()))
        return
    torch.set_num_threads(threads)
    connection.send((False, base))
    try:
        while True:
            order, what, *args = connection.recv()
            answer = None
            try:
                if order == "replace":
                    subject = None  # its memory is free before the next one is built
                    subject = what()
                else:
                    answer = what(subject, *args)
                connection.send((False, answer))
            except Exception:
                connection.send((True, traceback.format_exc()))
    except (EOFError, ConnectionResetError):  # the other side is gone
        pass


def _call(subject: Any, method: str, *args: Any) -> Any:
    return getattr(subject, method)(*args)


def _seconds(subject: Any, method: str, least: float) -> float:
    return seconds_of(getattr(subject, method), least)


def _peak(subject: Any) -> int:
    return memory_peak()
