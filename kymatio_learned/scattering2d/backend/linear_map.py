"""Linear maps whose adjoint is known: nothing is kept for the gradient."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Map = Callable[..., Sequence[Tensor]]


class LinearMap(torch.autograd.Function):
    """Apply a linear map, and its adjoint in the backward pass."""

    @staticmethod
    def forward(ctx: Any, apply: Map, adjoint: Map, *x: Tensor) -> tuple[Tensor, ...]:
        """Return ``apply(*x)``."""
        ctx.maps = apply, adjoint
        return tuple(apply(*x))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """Return ``adjoint(*grads)``, which has its own gradient."""
        apply, adjoint = ctx.maps
        if torch.compiler.is_compiling():  # where functions of this kind do not nest
            return None, None, *adjoint(*grads)
        return None, None, *LinearMap.apply(adjoint, apply, *grads)
