"""Train, and be taken away by the cluster after a step.

    python tests/training/preempted.py STEP HOW OPTIONS

HOW is "group" (SIGTERM to all processes that share a terminal or a job), "parent" (SIGTERM to what
started this one) or "kill" (the last process is killed, the first time). It happens in the training
itself, not from outside, so that it happens at the same moment every time.
"""

import os
import signal
import sys
import time
from typing import Any

import pytorch_lightning as pl

from kymatio_learned.training import main
from kymatio_learned.training.checkpoints import LastCheckpoint

STEP, HOW = int(sys.argv[1]), sys.argv[2]

step_ends = LastCheckpoint.on_train_batch_end


def taken_away(callback: LastCheckpoint, trainer: pl.Trainer, *args: Any, **options: Any) -> None:
    """Do it before the end of the step."""
    if trainer.global_step == STEP:
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
    step_ends(callback, trainer, *args, **options)


if __name__ == "__main__":
    LastCheckpoint.on_train_batch_end = taken_away  # type: ignore[method-assign, assignment]
    sys.exit(main(sys.argv[3:]))
