"""The progress of a training in a terminal."""

from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import TQDMProgressBar


class ProgressBar(TQDMProgressBar):
    """Show a bar for each epoch, with loss and accuracy."""

    def __init__(self) -> None:
        super().__init__(leave=True)

    def on_train_start(self, *_: Any) -> None:
        """Wait for the first epoch: each makes a bar of its own."""

    def on_train_epoch_start(self, trainer: pl.Trainer, *_: Any) -> None:
        """Count epochs from one, and say how many there are."""
        super().on_train_epoch_start(trainer)
        epoch = f"Epoch {trainer.current_epoch + 1}/{trainer.max_epochs}"
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
