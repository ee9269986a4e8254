"""Runs to compare: a tiny network on few digits, trained in a second."""

import csv
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from tensorboard.backend.event_processing.event_accumulator import (  # type: ignore[import-untyped]
    EventAccumulator,
)
from torch import Tensor

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.training import ClassificationModule, ImageDataModule
from kymatio_learned.training.checkpoints import read_checkpoint
from kymatio_learned.training.data import ImageSplits

# What of a checkpoint two equal runs share: all but times, memory and folders.
PARTS = ("epoch", "global_step", "state_dict", "optimizer_states", "lr_schedulers")
MEASURED = {"seconds", "memory"}


def build(splits: ImageSplits, **options: Any) -> tuple[ClassificationModule, ImageDataModule]:
    """Build a tiny network with random weights of a fixed seed, and its data."""
    pl.seed_everything(0, verbose=False)
    network = LearnedScattering2D(
        J=1, shape=(8, 8), L=4, channels=(6,), in_channels=1, octave_layers=1, n_classes=10
    )
    module = ClassificationModule(network, n_classes=10, **{"lr": 0.1, **options})
    return module, ImageDataModule(splits, batch_size=20)


def rows(run: Path, name: str = "metrics.csv") -> list[dict[str, str]]:
    """Read the rows of a table, without times and memory."""
    with (run / name).open() as file:
        return [
            {name: value for name, value in row.items() if name not in MEASURED}
            for row in csv.DictReader(file)
        ]


def tensorboard_rows(run: Path) -> dict[str, list[tuple[int, float]]]:
    """Read what TensorBoard shows, without times and memory."""
    events = EventAccumulator(str(run / "tensorboard")).Reload()
    return {
        tag: [(event.step, event.value) for event in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
        if tag not in MEASURED
    }


def age(run: Path) -> None:
    """Let a run have been interrupted long ago.

    TensorBoard's files are in the order of the seconds in their names, which a run that goes on in
    the same process can share.
    """
    for path in sorted((run / "tensorboard").glob("events.out.tfevents.*")):
        *beginning, seconds, rest = path.name.split(".", 4)
        path.rename(path.with_name(".".join((*beginning, f"{int(seconds) - 1000:010}", rest))))


def assert_same(first: Any, second: Any) -> None:
    """Compare nested plain types, and tensors bit for bit."""
    assert type(first) is type(second)
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        for key in first:
            assert_same(first[key], second[key])
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second)
        for a, b in zip(first, second, strict=True):
            assert_same(a, b)
    elif isinstance(first, Tensor):
        assert torch.equal(first, second)
    else:
        assert first == second


def assert_same_run(first: Path, second: Path) -> None:
    """Compare weights, the state of everything that goes on, and logs of two runs."""
    for name in ("last", "best"):
        one, other = (
            read_checkpoint(run / "checkpoints" / f"{name}.ckpt") for run in (first, second)
        )
        for part in PARTS:
            assert_same(one[part], other[part])
        assert_same(one["callbacks"]["ProcessStates"], other["callbacks"]["ProcessStates"])
        scores = [
            {k: state[k] for k in ("best_model_score", "kth_value", "current_score")}
            for state in (
                one["callbacks"]["BestCheckpoints[best]"],
                other["callbacks"]["BestCheckpoints[best]"],
            )
        ]
        assert_same(*scores)
    assert rows(first) == rows(second)
    assert tensorboard_rows(first) == tensorboard_rows(second)
