"""How the learning rate changes while a network trains."""

from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR

SCHEDULES = ("step", "cosine", "one_cycle")


def learning_rate_schedule(
    optimizer: Optimizer, name: str, *, lr_step: int, total_steps: int
) -> dict[str, Any]:
    r"""Build a schedule in the form that Lightning takes.

    With the optimizer's learning rate :math:`\eta`:

    - "step": :math:`\eta \, 10^{-\lfloor e / s \rfloor}` at epoch e, s being `lr_step`;
    - "cosine": :math:`\eta \, (1 + \cos(\pi t / T)) / 2` at step t of T;
    - "one_cycle": a cosine from :math:`\eta / 25` up to :math:`\eta` over the first 30 % of the
      steps, then a cosine down to nearly zero [1]_. The momentum stays as it is.

    Parameters
    ----------
    optimizer
        Its learning rate is the largest of the schedule.
    name
        "step", "cosine" or "one_cycle".
    lr_step
        Epochs between two divisions by 10; of "step" only.
    total_steps
        Number of training steps of the whole run.

    Returns
    -------
    dict
        "scheduler" and "interval" ("epoch" for "step", "step" for the others).

    Raises
    ------
    ValueError
        When the name is not known.

    References
    ----------
    .. [1] L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using
       large learning rates", 2019.

    Examples
    --------
    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    >>> learning_rate_schedule(optimizer, "cosine", lr_step=70, total_steps=10)["interval"]
    'step'
    """
    scheduler: LRScheduler
    if name == "step":
        scheduler = StepLR(optimizer, step_size=lr_step, gamma=0.1)
    elif name == "cosine":
        scheduler = CosineAnnealingLR(optimizer, T_max=total_steps)
    elif name == "one_cycle":
        max_lr = [group["lr"] for group in optimizer.param_groups]
        scheduler = OneCycleLR(optimizer, max_lr, total_steps=total_steps, cycle_momentum=False)
    else:
        raise ValueError(f"expected a schedule among {', '.join(SCHEDULES)}, got {name!r}")
    return {"scheduler": scheduler, "interval": "epoch" if name == "step" else "step"}
