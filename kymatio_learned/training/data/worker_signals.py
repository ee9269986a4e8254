"""Signals to the processes that read images."""

import multiprocessing
import os
import signal
import threading


def leave_for_the_parent_only(worker: int) -> None:
    """Let SIGTERM end a loader's worker only where it comes from the training itself.

    A cluster sends SIGTERM to all processes of a job before it takes the machine away. The training
    saves its state then, for which it needs its workers until the end of the step; a worker that
    ended by itself would be an error.

    Does nothing where the system does not tell who sent a signal (macOS, Windows).

    Parameters
    ----------
    worker
        Number of the worker, which ``DataLoader`` gives to its ``worker_init_fn``.
    """
    parent = multiprocessing.parent_process()
    if parent is None or parent.pid is None or not hasattr(signal, "sigwaitinfo"):
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    threading.Thread(target=_wait_for_signal_of, args=(parent.pid,), daemon=True).start()


def _wait_for_signal_of(sender: int) -> None:
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != sender:
        pass
    os._exit(0)  # as PyTorch's own handler does
