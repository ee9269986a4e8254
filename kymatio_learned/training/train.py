"""Training of a classifier, with everything written to a run folder."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import TensorBoardLogger

from ..models import LearnedScattering2D
from . import outcome
from .atomic import remove_unfinished
from .checkpoints import BestCheckpoints, LastCheckpoint, ProcessStates, newest_checkpoint
from .classification_module import ClassificationModule
from .data.image_data_module import ImageDataModule
from .diagnostics import Diagnostics
from .history import History
from .progress_bar import ProgressBar
from .progress_lines import ProgressLines
from .quiet_lightning import quiet_lightning
from .run_folder import RunFolder
from .trainer import build_trainer, keyboard_interrupt, score


def train(
    module: ClassificationModule,
    data: ImageDataModule,
    run: RunFolder,
    *,
    epochs: int,
    eval_every: int = 1,
    checkpoint_every_steps: int | None = None,
    keep_best: int = 1,
    accumulate: int = 1,
    devices: int | str = "auto",
    num_nodes: int = 1,
    strategy: str = "ddp",
    precision: str = "32-true",
    diagnostics: bool = False,
    smoke: bool = False,
    config: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Train a classifier, test it, and write checkpoints, scores and figures.

    A run that has a checkpoint is continued from there, bit for bit as if it had not been
    interrupted (on a CPU; a GPU adds in an order of its own). The newest checkpoint that is whole
    counts.

    On SIGTERM the state is saved at the end of the step.

    Parameters
    ----------
    module
        The network and how to train it.
    data
        Training and test images.
    run
        Folder that everything is written to.
    epochs
        Number of epochs in all.
    eval_every
        Test after every so many epochs; the end is always tested.
    checkpoint_every_steps
        Save the state within epochs too, after every so many steps.
    keep_best
        How many of the best epochs are kept: beside ``best.ckpt`` the files ``best-<epoch>.ckpt``
        where it is more than one.
    accumulate
        Batches whose gradients are added up for each step of the optimizer.
    devices, num_nodes, precision
        Passed to Lightning's ``Trainer``; torchrun's numbers count where it started the processes.
    strategy
        On several devices, "ddp" copies the network to each, "fsdp" divides its parameters.
    diagnostics
        True writes singular values and norms of each layer's matrix, after every epoch.
    smoke
        True runs one epoch of two batches, to see that everything works.
    config
        Plain types to keep as ``config.json``: whatever builds the module and the data again.

    Returns
    -------
    dict
        What ``results.json`` holds: "accuracy" and "loss" of the test images after the last epoch;
        "best_accuracy" of any tested epoch and "best_epoch"; "epochs", "seconds", "parameters",
        "train_images", "test_images", "seed", "device", "versions", "command".

    Raises
    ------
    ValueError
        When an option is out of its range, or no checkpoint of the run can be read, before
        anything is written.
    KeyboardInterrupt
        When the user stops the training; finished epochs are kept.
    SystemExit
        As Lightning's ``SIGTERMException``, on SIGTERM, after the state was saved.
    """
    for name, value in (
        ("epochs", epochs),
        ("eval_every", eval_every),
        ("checkpoint_every_steps", checkpoint_every_steps),
        ("keep_best", keep_best),
        ("accumulate", accumulate),
        ("num_nodes", num_nodes),
    ):
        if value is not None and value < 1:
            raise ValueError(f"expected {name} to be at least 1, got {value}")
    path, epochs_done = _where_it_was(run, module)
    history = History(run)
    in_terminal = sys.stdout.isatty()
    progress = ProgressBar(history) if in_terminal else ProgressLines(history)
    trainer = build_trainer(
        devices=devices,
        num_nodes=num_nodes,
        strategy=strategy,
        precision=precision,
        smoke=smoke,
        accumulate_grad_batches=accumulate,
        max_epochs=1 if smoke else epochs,
        check_val_every_n_epoch=eval_every,
        callbacks=[
            ProcessStates(),
            history,
            *([Diagnostics(run)] if diagnostics else []),
            progress,
            *_best_checkpoints(run, keep_best, eval_every),
            LastCheckpoint(run.checkpoints, checkpoint_every_steps, path),
        ],
        enable_progress_bar=in_terminal,
        # Rows that were written after the checkpoint do not count: they come again.
        logger=TensorBoardLogger(
            run.path, "tensorboard", "", default_hp_metric=False, purge_step=epochs_done + 1
        ),
        default_root_dir=run.path,
    )
    if trainer.is_global_zero:
        remove_unfinished(run.path)
        if config is not None:
            run.write_json("config.json", config)
        if isinstance(module.network, LearnedScattering2D):
            print(module.network.summary())
    with quiet_lightning(), keyboard_interrupt():
        trainer.fit(module, data, ckpt_path=path, weights_only=True)
        scores = score(trainer, module, data)
    results = outcome.summarize(trainer, module, data, scores, history.rows)
    counts = module.confusion_matrix.compute().cpu().numpy()
    if trainer.is_global_zero:
        run.write_json("results.json", results)
        outcome.write_figures(run, history.rows, counts, data.splits.classes, module.network)
    return results


def _where_it_was(run: RunFolder, module: ClassificationModule) -> tuple[Path | None, int]:
    """Give the checkpoint that a run goes on from, and how many epochs it had finished."""
    found = newest_checkpoint(run.checkpoints)
    if found is None:
        return None, 0
    path, checkpoint = found
    module.check_fits(checkpoint["state_dict"], path)
    return path, len(checkpoint["callbacks"]["History"]["rows"])


def _best_checkpoints(run: RunFolder, keep_best: int, eval_every: int) -> list[BestCheckpoints]:
    best = [BestCheckpoints(run.checkpoints, every_n_epochs=eval_every)]
    if keep_best > 1:
        names = "best-{epoch:04d}"
        more = BestCheckpoints(run.checkpoints, names, top=keep_best, every_n_epochs=eval_every)
        best.append(more)
    return best
