"""The newest state of a run."""

import os
import signal
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Checkpoint
from pytorch_lightning.trainer.states import TrainerFn
from pytorch_lightning.utilities.exceptions import SIGTERMException

LAST, PREVIOUS = "last.ckpt", "previous.ckpt"


class LastCheckpoint(Checkpoint):
    """Keep the newest state: at the end of each epoch, within it, and when the system asks to stop.

    On SIGTERM, which a cluster sends before it takes a machine away, the state is saved at the end
    of the step, and the training stops with Lightning's ``SIGTERMException``. Lightning's own
    handler makes the processes talk to each other in the middle of a step, where they may be in the
    midst of something else; here they agree at its end.

    The state before the newest one stays, as ``previous.ckpt``.

    Parameters
    ----------
    folder
        Where ``last.ckpt`` is written.
    every_n_steps
        Steps between two savings within an epoch; None saves at the end of epochs only.
    begun_from
        The checkpoint that the training goes on from, if any. A ``last.ckpt`` that it does not go
        on from is damaged, and does not become the previous one.
    """

    def __init__(
        self, folder: Path, every_n_steps: int | None = None, begun_from: Path | None = None
    ) -> None:
        self.last = folder / LAST
        self.previous = folder / PREVIOUS
        self.every_n_steps = every_n_steps
        self._last_is_whole = begun_from == self.last
        self._handler: Any = None
        self._stop = False
        self._step = 0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Take the signal from Lightning, and note where the training begins."""

        def note(signum: int, frame: Any) -> None:
            if not self._stop and trainer.strategy.launcher is not None:
                trainer.strategy.launcher.kill(signum)  # tell the processes that it started
            self._stop = True

        self._handler = signal.signal(signal.SIGTERM, note)
        self._step = trainer.global_step

    def on_train_end(self, *_: Any) -> None:
        """Give the signal back."""
        signal.signal(signal.SIGTERM, self._handler)
        self._handler = None

    def on_exception(self, *_: Any) -> None:
        """Give the signal back."""
        if self._handler is not None:  # else it came before the start or after the end
            signal.signal(signal.SIGTERM, self._handler)

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any, **kwargs: Any
    ) -> None:
        """Save within an epoch."""
        if trainer.global_step == self._step:  # a batch whose gradient is still accumulated
            return
        self._step = trainer.global_step
        if self._stops(trainer):
            self._save_and_stop(trainer)
        if self.every_n_steps is not None and self._step % self.every_n_steps == 0:
            self._save(trainer)

    def on_validation_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any, **kwargs: Any
    ) -> None:
        """Stop within a test, which is repeated when the run goes on."""
        if trainer.state.fn == TrainerFn.FITTING and self._stops(trainer):
            self._save_and_stop(trainer)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save at the end of an epoch; this callback comes last."""
        self._save(trainer)
        if self._stops(trainer):
            raise SIGTERMException

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Let a state between the last batch and the end of its epoch go on with the test."""
        _test_again(checkpoint["loops"]["fit_loop"])

    def _stops(self, trainer: pl.Trainer) -> bool:
        if trainer.world_size == 1:
            return self._stop
        return trainer.strategy.reduce_boolean_decision(self._stop, all=False)

    def _save_and_stop(self, trainer: pl.Trainer) -> None:
        self._save(trainer)
        raise SIGTERMException

    def _save(self, trainer: pl.Trainer) -> None:
        if trainer.is_global_zero and self._last_is_whole:
            os.replace(self.last, self.previous)
        trainer.save_checkpoint(self.last)
        self._last_is_whole = True


def _test_again(loops: dict[str, Any]) -> None:
    """Change the progress of a finished batch loop such that the test after it is run.

    Lightning takes an epoch for finished that was saved after its last batch, and leaves out its
    test and its end. It finishes a test that was interrupted, though: so this is what the progress
    is made to say, with no test batch done.
    """
    epoch, batches = loops["epoch_progress"]["current"], loops["epoch_loop.batch_progress"]
    if epoch["processed"] == epoch["started"] or not batches["is_last_batch"]:
        return
    for count in ("total", "current"):
        batches[count]["completed"] = batches[count]["processed"]
    begun = {"ready": 1, "started": 1, "processed": 0, "completed": 0}
    test = {"total": begun, "current": dict(begun), "is_last_batch": False}
    loops["epoch_loop.val_loop.batch_progress"] = test
