"""Statistics of a batch that several processes share."""

from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor


def share_a_batch() -> bool:
    """Tell whether there are several processes, each with a part of the batch."""
    return dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1


def sum_over_processes(values: Tensor) -> Tensor:
    """Return the sum of what each process has."""
    total = values.clone()
    dist.all_reduce(total)
    return total


def combine(mean: Tensor, var: Tensor, n: int) -> tuple[Tensor, Tensor, int]:
    r"""Return the statistics of the whole batch from those of the parts.

    .. math:: \mu = \sum_i \frac{n_i}{n} \mu_i, \qquad
              v = \sum_i \frac{n_i}{n} \left( v_i + |\mu_i - \mu|^2 \right)

    Parameters
    ----------
    mean, var
        Means and uncorrected variances of real numbers, ``(C,)``.
    n
        How many numbers they are of.

    Returns
    -------
    mean, var : torch.Tensor
        Those of all processes, with their gradient.
    n : int
        The number of all.
    """
    total = int(sum_over_processes(torch.tensor(n, device=mean.device)))
    mean, var = _Combine.apply(mean, var, n / total)
    return mean, var, total


class _Combine(torch.autograd.Function):
    """See `combine`."""

    @staticmethod
    def forward(ctx: Any, mean: Tensor, var: Tensor, weight: float) -> tuple[Tensor, Tensor]:
        all_mean = sum_over_processes(weight * mean)
        deviation = mean - all_mean
        ctx.weight = weight
        ctx.save_for_backward(deviation)
        return all_mean, sum_over_processes(weight * (var + deviation.square()))

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, mean: Tensor, var: Tensor) -> tuple[Tensor, Tensor, None]:
        (deviation,) = ctx.saved_tensors
        mean, var = ctx.weight * sum_over_processes(torch.stack([mean, var]))
        return mean + 2 * deviation * var, var, None
