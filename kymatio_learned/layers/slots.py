"""Two orders of the channels that are mixed.

In the public one, which checkpoints have, the angle is fast and the input channel slow. The
operator computes the maps of one angle after the other: in its order, that of the slots, the
angle is slow and the input channel fast.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor


class Block(NamedTuple):
    """Consecutive channels: the maps of some input channels by some filters."""

    in_channels: int
    n_filters: int


def to_slots(values: Tensor, blocks: Sequence[Block]) -> Tensor:
    """Return values ``(..., n_channels)`` in the order of the slots."""
    shapes = [(block.in_channels, block.n_filters) for block in blocks]
    return _Exchange.apply(values, shapes, None)


def from_slots(values: Tensor, blocks: Sequence[Block]) -> Tensor:
    """Return values ``(..., n_channels)`` in the public order."""
    shapes = [(block.n_filters, block.in_channels) for block in blocks]
    return _Exchange.apply(values, shapes, None)


class _Exchange(torch.autograd.Function):
    """Exchange slow and fast indices in consecutive parts of the last axis."""

    @staticmethod
    def forward(
        ctx: Any,
        values: Tensor,
        shapes: Sequence[tuple[int, int]],
        strides: tuple[int, ...] | None,
    ) -> Tensor:
        ctx.shapes, ctx.strides = shapes, values.stride()
        y = values.new_empty(values.shape)
        if strides is not None:
            y = values.new_empty_strided(values.shape, strides)
        start = 0
        for slow, fast in shapes:
            part = slice(start, start := start + slow * fast)
            y[..., part].unflatten(-1, (fast, slow)).copy_(
                values[..., part].unflatten(-1, (slow, fast)).mT
            )
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        # The gradient lies in memory as the parameter does: an optimizer need not copy it.
        shapes = [(fast, slow) for slow, fast in ctx.shapes]
        return _Exchange.apply(grad, shapes, ctx.strides), None, None
