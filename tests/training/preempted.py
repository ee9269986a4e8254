"""Train, and be taken away by the cluster at some moment.

    python tests/training/preempted.py WHERE CALL HOW OPTIONS

WHERE is a method of `LastCheckpoint`, and CALL the number of the call, from 1, at whose beginning
it happens. HOW is "group" (SIGTERM to all processes that share a terminal or a job), "parent"
(SIGTERM to what started this one) or "kill" (the last process is killed, the first time). It
happens in the training itself, not from outside, and so at the same moment every time.
"""

import itertools
import os
import signal
import sys
import time
from typing import Any

import pytorch_lightning as pl

from kymatio_learned.training import main
from kymatio_learned.training.checkpoints import LastCheckpoint

WHERE, CALL, HOW = sys.argv[1], int(sys.argv[2]), sys.argv[3]

method = getattr(LastCheckpoint, WHERE)
calls = itertools.count(1)


def taken_away(callback: LastCheckpoint, trainer: pl.Trainer, *args: Any, **options: Any) -> None:
    """Let it happen, and go on."""
    if next(calls) == CALL:
        if HOW == "kill":
            first_time = os.environ["TORCHELASTIC_RESTART_COUNT"] == "0"
            if first_time and trainer.global_rank == trainer.world_size - 1:
                os.kill(os.getpid(), signal.SIGKILL)
        elif trainer.local_rank == 0:
            if HOW == "group":
                os.killpg(os.getpgrp(), signal.SIGTERM)
            else:
                os.kill(os.getppid(), signal.SIGTERM)
            while not callback._stop:
                time.sleep(0.01)
    method(callback, trainer, *args, **options)


if __name__ == "__main__":
    setattr(LastCheckpoint, WHERE, taken_away)
    sys.exit(main(sys.argv[4:]))
