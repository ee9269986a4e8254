"""What happened at each epoch of a training."""

import csv
import time
from datetime import timedelta
from typing import Any

import pytorch_lightning as pl

from .classification_module import ClassificationModule
from .resident_memory import resident_memory
from .run_folder import RunFolder
from .tensorboard import log_row

COLUMNS = (
    "epoch",
    "learning_rate",
    "train_loss",
    "train_accuracy",
    "test_loss",
    "test_accuracy",
    "seconds",
    "memory",
)

# Epochs that say how long the next ones take.
LATEST = 5


class History(pl.Callback):
    """Keep one row an epoch, in the run folder, in TensorBoard and in every checkpoint.

    Lightning's CSV logger starts a new file when a run is resumed; these rows come back with the
    checkpoint, so the file has each epoch once, whatever happened in between.

    Parameters
    ----------
    run
        Folder that gets ``metrics.csv``.

    Attributes
    ----------
    rows : list of dict
        One for each finished epoch, with the columns of the file. Test values are None where the
        epoch was not tested; "memory" is that of the first process and of all that it started, in
        MB.
    """

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.rows: list[dict[str, float | None]] = []
        self._start = time.perf_counter()
        self._learning_rate = 0.0
        self._tested: dict[str, float] = {}

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Start the clock."""
        self._start = time.perf_counter()
        self._tested = {}
        self._learning_rate = trainer.optimizers[0].param_groups[0]["lr"]

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Note the scores of the test images."""
        names = ("test_loss", "test_accuracy")
        self._tested = {name: float(trainer.callback_metrics[name]) for name in names}

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Add the row of the epoch, and write all rows."""
        assert isinstance(pl_module, ClassificationModule)
        values = {
            "epoch": trainer.current_epoch + 1,
            "learning_rate": self._learning_rate,
            **pl_module.training_scores(),
            **self._tested,
            "seconds": time.perf_counter() - self._start,
            "memory": resident_memory(),
        }
        row = {column: values.get(column) for column in COLUMNS}
        self.rows.append(row)
        if trainer.is_global_zero:
            with self.run.write("metrics.csv") as path, path.open("w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS)
                writer.writeheader()
                writer.writerows(self.rows)
        scores = {name: value for name, value in row.items() if value is not None}
        del scores["epoch"]
        log_row(trainer, scores, trainer.current_epoch + 1)

    def time_left(self, trainer: pl.Trainer) -> timedelta | None:
        """Estimate how long the remaining epochs take; None when none is left or none is known."""
        left = (trainer.max_epochs or 0) - len(self.rows)
        if left <= 0 or not self.rows:
            return None
        seconds = [row["seconds"] or 0.0 for row in self.rows[-LATEST:]]
        return timedelta(seconds=round(left * sum(seconds) / len(seconds)))

    def state_dict(self) -> dict[str, Any]:
        """Give the rows, and what is known of the present epoch, to a checkpoint."""
        return {
            "rows": self.rows,
            "learning_rate": self._learning_rate,
            "seconds": time.perf_counter() - self._start,
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the rows from a checkpoint."""
        self.rows = list(state_dict["rows"])
        self._learning_rate = state_dict.get("learning_rate", 0.0)
        self._start = time.perf_counter() - state_dict.get("seconds", 0.0)
