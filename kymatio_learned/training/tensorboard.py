"""Rows for TensorBoard."""

from collections.abc import Mapping

import pytorch_lightning as pl
from pytorch_lightning.loggers import TensorBoardLogger


def log_row(trainer: pl.Trainer, values: Mapping[str, float], epoch: int) -> None:
    """Write the values of an epoch, and leave nothing waiting in memory.

    Lightning writes an epoch's values after the checkpoint of the epoch: a run that is killed
    between the two would lack them for ever. What is written here, before the checkpoint, may only
    be there twice, and TensorBoard is told so when the run goes on.

    Parameters
    ----------
    trainer
        Its loggers are written to.
    values
        Numbers by their names.
    epoch
        Counted from one.
    """
    for logger in trainer.loggers:
        logger.log_metrics(dict(values), step=epoch)
        if isinstance(logger, TensorBoardLogger) and trainer.is_global_zero:
            logger.experiment.flush()
