"""The Lightning trainer, as this package uses it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.plugins.environments import TorchElasticEnvironment
from pytorch_lightning.strategies import ModelParallelStrategy
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from .checkpoints import AtomicCheckpointIO
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
from .quiet_lightning import quiet_lightning

SMOKE_BATCHES = 2


def build_trainer(
    *,
    devices: int | str,
    num_nodes: int,
    strategy: str,
    precision: str,
    smoke: bool,
    **options: Any,
) -> pl.Trainer:
    """Build a trainer; ValueError where Lightning cannot give what is asked for."""
    limit = SMOKE_BATCHES if smoke else 1.0
    devices, num_nodes = _launched(devices, num_nodes)
    try:
        with quiet_lightning():
            return pl.Trainer(
                devices=devices,
                num_nodes=num_nodes,
                strategy=_fsdp(devices, num_nodes) if strategy == "fsdp" else "auto",
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
    except (MisconfigurationException, RuntimeError) as error:
        raise ValueError(str(error)) from error


def _launched(devices: int | str, num_nodes: int) -> tuple[int | str, int]:
    """Give the number of devices and nodes, where torchrun has started the processes: its own."""
    if TorchElasticEnvironment.detect():
        local, world = (int(os.environ[name]) for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE"))
        return local if devices == "auto" else devices, world // local
    cores = os.cpu_count() or 1
    if not torch.cuda.is_available() and isinstance(devices, int) and devices > cores:
        raise ValueError(f"expected at most {cores} devices, the cores of the CPU, got {devices}")
    return devices, num_nodes


def _fsdp(devices: int | str, num_nodes: int) -> ModelParallelStrategy:
    if devices == "auto":
        devices = torch.cuda.device_count() or 1
    return ModelParallelStrategy(
        data_parallel_size=int(devices) * num_nodes,
        tensor_parallel_size=1,
        save_distributed_checkpoint=False,  # one file, whatever the number of processes
    )


def score(
    trainer: pl.Trainer, module: ClassificationModule, data: ImageDataModule
) -> dict[str, float]:
    """Test a classifier; "accuracy" and "loss"."""
    trainer.test(module, data, verbose=False)
    return {name: float(trainer.callback_metrics[f"test_{name}"]) for name in ("accuracy", "loss")}


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
