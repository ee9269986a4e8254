"""The Lightning trainer, as this package uses it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from .atomic_checkpoint_io import AtomicCheckpointIO
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
from .quiet_lightning import quiet_lightning

SMOKE_BATCHES = 2


def build_trainer(devices: int | str, precision: str, smoke: bool, **options: Any) -> pl.Trainer:
    """Build a trainer; ValueError where Lightning cannot give what is asked for."""
    limit = SMOKE_BATCHES if smoke else 1.0
    try:
        with quiet_lightning():
            return pl.Trainer(
                devices=devices,
                precision=precision,  # type: ignore[arg-type]  # Lightning checks the name
                limit_train_batches=limit,
                limit_val_batches=limit,
                limit_test_batches=limit,
                num_sanity_val_steps=0,
                enable_model_summary=False,
                use_distributed_sampler=False,  # the data module divides the images itself
                plugins=AtomicCheckpointIO(),
                **options,
            )
    except MisconfigurationException as error:
        raise ValueError(str(error)) from error


def score(
    trainer: pl.Trainer, module: ClassificationModule, data: ImageDataModule
) -> dict[str, float]:
    """Test a classifier; "accuracy" and "loss"."""
    (scores,) = trainer.test(module, data, verbose=False)
    return {name: scores[f"test_{name}"] for name in ("accuracy", "loss")}


@contextmanager
def keyboard_interrupt() -> Iterator[None]:
    """Let Ctrl-C through: Lightning makes a plain exit of it, and ignores it from then on."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as stop:
        if isinstance(stop.__context__, KeyboardInterrupt):
            signal.signal(signal.SIGINT, handler)
            raise KeyboardInterrupt from stop
        raise
