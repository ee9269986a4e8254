"""Two orders of the channels that are mixed.

In the public one, which checkpoints have, the angle is fast and the input channel slow. The
operator computes the maps of one angle after the other: in its order, that of the slots, the
angle is slow and the input channel fast.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ..scattering2d.backend.blocks import write


class Block(NamedTuple):
    """Consecutive channels: the maps of some input channels by some filters."""

    in_channels: int
    n_filters: int


def to_slots(values: Tensor, blocks: Sequence[Block]) -> Tensor:
    """Return values ``(..., n_channels)`` in the order of the slots."""
    y = torch.empty_like(values)
    for part, (slow, fast) in _parts(blocks):
        y[..., part].unflatten(-1, (fast, slow)).copy_(
            values[..., part].unflatten(-1, (slow, fast)).mT
        )
    return y


def from_slots(values: Tensor, blocks: Sequence[Block]) -> Tensor:
    """Return values ``(..., n_channels)`` in the public order."""
    return to_slots(values, exchanged(blocks))


def exchanged(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with which the order of the slots becomes the public one."""
    return [Block(block.n_filters, block.in_channels) for block in blocks]


def scale_to_slots(values: Tensor, scale: Tensor, blocks: Sequence[Block], out: Tensor) -> None:
    """Write the products with a scale ``(n_channels,)`` in the order of the slots, in one pass."""
    for part, (slow, fast) in _parts(blocks):
        write(
            out[..., part].unflatten(-1, (fast, slow)),
            torch.mul,
            values[..., part].unflatten(-1, (slow, fast)).mT,
            scale[part].unflatten(-1, (slow, fast)).mT,
        )


def _parts(blocks: Sequence[Block]) -> Iterator[tuple[slice, Block]]:
    """Yield the blocks with their places."""
    start = 0
    for block in blocks:
        yield slice(start, start := start + block.in_channels * block.n_filters), block
