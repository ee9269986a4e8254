"""What each process of a training holds beside the weights."""

import random
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import distributed
from torchmetrics import Metric

State = dict[str, Any]


class ProcessStates(pl.Callback):
    """Keep the random states, the running sums of the epoch and the buffers of every process.

    With them an interrupted run goes on bit for bit. They are exact for the same number of
    processes; another number can go on from the end of an epoch only, and only where the learning
    rate follows the epochs.
    """

    def __init__(self) -> None:
        self._loaded: list[State] | None = None
        self._module: pl.LightningModule | None = None

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Note whose sums are kept."""
        self._module = pl_module

    def state_dict(self) -> State:
        """Give the states of all processes to a checkpoint."""
        assert self._module is not None, "Lightning calls setup before it saves"
        own: State = {"random": random_states(), "sums": _sums(self._module), "buffers": {}}
        if not _are_several():
            return {"processes": [own]}
        # Running averages may differ between processes; the weights file has those of the first.
        own["buffers"] = {name: buffer.cpu() for name, buffer in _buffers(self._module).items()}
        states: list[Any] = [None] * distributed.get_world_size()
        distributed.all_gather_object(states, own)
        return {"processes": states}

    def load_state_dict(self, state_dict: State) -> None:
        """Take the states from a checkpoint, until the training starts."""
        self._loaded = state_dict["processes"]

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Restore the states of this process."""
        _check_same_begin(trainer)
        states, self._loaded = self._loaded, None
        if states is None:
            return
        if len(states) != trainer.world_size:
            _check_may_be_others(trainer, len(states))
            return
        state = states[trainer.global_rank]
        set_random_states(state["random"])
        buffers = _buffers(pl_module)
        for name, value in state["buffers"].items():
            buffers[name].copy_(value)
        if trainer.fit_loop.restarting:  # within an epoch
            _set_sums(pl_module, state["sums"])
            # Lightning restores loaders itself, but not those that were needed before, as the
            # number of steps of some schedules is.
            loader: Any = trainer.train_dataloader
            done = trainer.fit_loop.batch_idx + 1
            loader.load_state_dict({"epoch": trainer.current_epoch, "batches": done})


def _check_same_begin(trainer: pl.Trainer) -> None:
    """Make sure that all processes have read the same checkpoint."""
    steps = [trainer.global_step]
    if _are_several():
        steps *= trainer.world_size
        distributed.all_gather_object(steps, trainer.global_step)
    if len(set(steps)) > 1:
        raise ValueError(
            f"expected that all processes see the same checkpoint, but they go on from steps "
            f"{steps}: the run folder must be on a disk that all machines share"
        )


def _check_may_be_others(trainer: pl.Trainer, processes: int) -> None:
    """Make sure that a run can go on with another number of processes."""
    by_step = any(config.interval == "step" for config in trainer.lr_scheduler_configs)
    if trainer.fit_loop.restarting or by_step:
        why = "whose learning rate follows its steps" if by_step else "stopped within an epoch"
        raise ValueError(
            f"a run {why} goes on with as many processes as it had: expected {processes}, got "
            f"{trainer.world_size}"
        )


def _are_several() -> bool:
    return distributed.is_available() and distributed.is_initialized()


def random_states() -> State:
    """Give the states of all global random generators, in plain types.

    Returns
    -------
    dict
        For :func:`set_random_states`.

    Examples
    --------
    >>> states = random_states()
    >>> first = random.random(), np.random.rand(), torch.rand(()).item()
    >>> set_random_states(states)
    >>> first == (random.random(), np.random.rand(), torch.rand(()).item())
    True
    """
    version, internal, gauss = random.getstate()
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002  # what others use
    return {
        "python": [version, list(internal), gauss],
        "numpy": [name, np.asarray(keys).tolist(), *rest],
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if torch.cuda.is_available() else None,
    }


def set_random_states(states: State) -> None:
    """Put the global random generators back to where they were.

    Parameters
    ----------
    states
        From :func:`random_states`.
    """
    version, internal, gauss = states["python"]
    random.setstate((version, tuple(internal), gauss))
    name, keys, *rest = states["numpy"]
    state = (name, np.array(keys, dtype=np.uint32), *rest)
    np.random.set_state(state)  # noqa: NPY002
    torch.set_rng_state(states["torch"])
    if states["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(states["cuda"])


def _buffers(module: pl.LightningModule) -> dict[str, torch.Tensor]:
    """Give the buffers that checkpoints hold."""
    saved = module.state_dict(keep_vars=True).keys()
    return {name: buffer for name, buffer in module.named_buffers() if name in saved}


def _training_metrics(module: pl.LightningModule) -> dict[str, Metric]:
    metrics = {name: m for name, m in module.named_children() if isinstance(m, Metric)}
    return {name: metric for name, metric in metrics.items() if name.startswith("train_")}


def _sums(module: pl.LightningModule) -> State:
    return {
        name: {
            "count": metric.update_count,
            "state": {
                key: torch.as_tensor(value).cpu() for key, value in metric.metric_state.items()
            },
        }
        for name, metric in _training_metrics(module).items()
    }


def _set_sums(module: pl.LightningModule, sums: State) -> None:
    for name, metric in _training_metrics(module).items():
        for key, value in sums[name]["state"].items():
            setattr(metric, key, value.to(metric.device))
        metric._update_count = sums[name]["count"]  # else it warns that there is nothing in it
