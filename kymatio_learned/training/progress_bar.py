"""The progress of a training in a terminal."""

from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import TQDMProgressBar

from .history import History


class ProgressBar(TQDMProgressBar):
    """Show a bar for each epoch, with rate, remaining time, loss and accuracy.

    Parameters
    ----------
    history
        Comes before this callback in the trainer's list.
    """

    def __init__(self, history: History) -> None:
        super().__init__(leave=True)
        self.history = history

    def on_train_start(self, trainer: pl.Trainer, *_: Any) -> None:
        """Wait for the first epoch, which makes a bar of its own; one that goes on has begun."""
        if trainer.fit_loop.restarting:
            self.on_train_epoch_start(trainer)

    def on_train_epoch_start(self, trainer: pl.Trainer, *_: Any) -> None:
        """Count epochs from one, and say how many there are and how long they will take."""
        super().on_train_epoch_start(trainer)
        left = self.history.time_left(trainer)
        end = "" if left is None else f", {left} left"
        epoch = f"Epoch {trainer.current_epoch + 1}/{trainer.max_epochs}{end}"
        self.train_progress_bar.set_description(epoch)

    def on_train_end(self, *_: Any) -> None:
        """Leave the bars as they are: each was closed at the end of its epoch."""

    def get_metrics(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule
    ) -> dict[str, int | str | float | dict[str, float]]:
        """Leave out the version number of the logger."""
        metrics = super().get_metrics(trainer, pl_module)
        metrics.pop("v_num", None)
        return metrics
