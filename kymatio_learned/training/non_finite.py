"""Where in a network values stop being finite."""

from typing import Any

import torch
from torch import Tensor, nn


@torch.no_grad()
def first_non_finite(network: nn.Module, images: Tensor) -> str:
    """Say where the first value is that is infinite or not a number.

    Parameters
    ----------
    network
        Its running averages are changed: it is no use any more.
    images
        What it was applied to.

    Returns
    -------
    str
        The images, the first parameter, or the innermost layer whose output it is.

    Examples
    --------
    >>> network = nn.Sequential(nn.Identity(), nn.Linear(2, 2))
    >>> first_non_finite(network, torch.tensor([[1.0, float("inf")]]))
    'the images'
    >>> _ = nn.init.constant_(network[1].weight, float("nan"))
    >>> first_non_finite(network, torch.ones(1, 2))
    '1.weight'
    """
    if not images.isfinite().all():
        return "the images"
    # No buffers: running averages of what follows are not finite any more either.
    for name, parameter in network.named_parameters():
        if not parameter.isfinite().all():
            return name
    found: list[str] = []
    handles = [
        # Inner modules end before the outer ones that they belong to.
        module.register_forward_hook(_note(name, found))
        for name, module in network.named_modules()
        if name
    ]
    try:
        network.forward(images)
    finally:
        for handle in handles:
            handle.remove()
    return f"the output of {found[0]}" if found else "the loss"


def _note(name: str, found: list[str]) -> Any:
    def note(module: nn.Module, inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and not output.isfinite().all():
            found.append(name)

    return note
