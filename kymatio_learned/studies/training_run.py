"""One training of a study."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

import pytorch_lightning as pl
import torch

from ..training import ClassificationModule, ImageDataModule, RunFolder, train
from .networks import build_network
from .problem import Problem


def train_once(
    config: Mapping[str, Any], problem: Problem, folder: RunFolder, *, keep_network: bool = False
) -> dict[str, Any]:
    """Train a network of a study, and test it at the end.

    A training that was stopped goes on from the end of its last epoch. The checkpoints of a
    finished one are deleted.

    Parameters
    ----------
    config
        "network" and "arguments" as `build_network` takes them; "train_samples" and "subset_seed"
        (a subset of the training images); "seed" (weights, order and augmentation); "epochs",
        "batch_size", "augment"; and the arguments of `ClassificationModule` under "optimisation".
    problem
        The images.
    folder
        Of the run.
    keep_network
        True writes the trained parameters to ``network.pt``, in the folder.

    Returns
    -------
    dict
        What `train` returns. Where the training diverged, "accuracy" is None and "diverged" says
        where.
    """
    splits = problem.splits(config["train_samples"], seed=config["subset_seed"])
    data = ImageDataModule(
        splits,
        batch_size=min(config["batch_size"], len(splits.train)),
        augment=config["augment"],
        seed=config["seed"],
    )
    pl.seed_everything(config["seed"], verbose=False)
    network = build_network(config["network"], config["arguments"], splits)
    module = ClassificationModule(network, n_classes=len(splits.classes), **config["optimisation"])
    epochs = config["epochs"]
    try:
        # The test images are for the end: no choice is made by them.
        results = train(module, data, folder, epochs=epochs, eval_every=epochs + 1, devices=1)
    except FloatingPointError as error:
        results = {"accuracy": None, "diverged": str(error)}
    if keep_network:
        with folder.write("network.pt") as path:
            torch.save(network.state_dict(), path)
    shutil.rmtree(folder.checkpoints, ignore_errors=True)
    return results
