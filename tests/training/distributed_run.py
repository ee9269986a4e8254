"""Train both variants of a tiny network for ten steps, on the processes that torchrun started.

    torchrun ... tests/training/distributed_run.py FOLDER

The batch is the same in all, however many processes share it. The first process writes the final
state and scores.
"""

import sys
from pathlib import Path

import pytorch_lightning as pl
import torch

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.training import (
    ClassificationModule,
    ImageDataModule,
    RunFolder,
    load_dataset,
    train,
)

STEPS, BATCH_SIZE = 10, 20


def run(folder: Path, skip: bool, processes: int) -> None:
    pl.seed_everything(0, verbose=False)
    network = LearnedScattering2D(
        J=1, shape=(8, 8), L=4, channels=(6, 6), in_channels=1, skip=skip, n_classes=10
    )
    module = ClassificationModule(network, n_classes=10, lr=0.1)
    splits = load_dataset("digits", image_size=8, train_samples=STEPS * BATCH_SIZE // 2)
    data = ImageDataModule(splits, batch_size=BATCH_SIZE // processes, augment=False)
    name = "skip" if skip else "plain"
    results = train(module, data, RunFolder(folder / name), epochs=2)
    assert module.trainer.global_step == STEPS
    if module.global_rank == 0:
        scores = {key: results[key] for key in ("accuracy", "loss")}
        torch.save({"state": module.state_dict(), "scores": scores}, folder / f"{name}.pt")


def run_both(folder: Path, processes: int) -> None:
    for skip in (False, True):
        run(folder, skip, processes)


if __name__ == "__main__":
    import os

    run_both(Path(sys.argv[1]), int(os.environ["WORLD_SIZE"]))
