"""The progress of a training in a file or a pipe."""

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_only

from .history import History


class ProgressLines(pl.Callback):
    """Print a line for each epoch, with loss, accuracy and remaining time.

    Parameters
    ----------
    history
        Comes before this callback in the trainer's list.
    """

    def __init__(self, history: History) -> None:
        self.history = history

    @rank_zero_only
    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Print the last row of the history."""
        row = self.history.rows[-1]
        scores = (
            f"{split} loss {row[f'{split}_loss']:.4f} accuracy {row[f'{split}_accuracy']:.2%}"
            for split in ("train", "test")
            if row[f"{split}_loss"] is not None
        )
        epoch = f"epoch {row['epoch']}/{trainer.max_epochs}"
        left = self.history.time_left(trainer)
        end = f", {left} left" if left is not None else ""
        print(epoch, *scores, f"{row['seconds']:.1f} s{end}", sep="   ", flush=True)
