"""The two orders of the channels are exchanged by transposing each block."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from kymatio_learned.layers.slots import Block, from_slots, to_slots

BLOCKS = [Block(2, 1), Block(2, 3), Block(1, 4), Block(3, 2)]
N_CHANNELS = 18


def test_orders_of_a_block() -> None:
    # Two input channels and three filters; a number is 10 times the channel, plus the filter.
    public = torch.tensor([0, 1, 2, 10, 11, 12])  # the filter is fast
    slots = torch.tensor([0, 10, 1, 11, 2, 12])  # the input channel is fast
    assert torch.equal(to_slots(public, [Block(2, 3)]), slots)
    assert torch.equal(from_slots(slots, [Block(2, 3)]), public)


def test_blocks_stay_in_their_places() -> None:
    blocks = [Block(2, 2), Block(3, 1), Block(1, 3), Block(2, 2)]
    expected = [0, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11, 13]
    assert to_slots(torch.arange(14), blocks).tolist() == expected


@pytest.mark.parametrize("shape", [(), (2,), (5, 2)], ids=str)
def test_they_are_inverse(shape: tuple[int, ...]) -> None:
    x = torch.randn(*shape, N_CHANNELS)
    slots = to_slots(x, BLOCKS)
    assert not torch.equal(slots, x)
    assert torch.equal(from_slots(slots, BLOCKS), x)
    assert torch.equal(to_slots(from_slots(x, BLOCKS), BLOCKS), x)
    permuted = torch.randn(N_CHANNELS, *shape[::-1]).permute(*range(len(shape), -1, -1))
    assert torch.equal(to_slots(permuted, BLOCKS), to_slots(permuted.contiguous(), BLOCKS))


@pytest.mark.parametrize("exchange", [to_slots, from_slots])
def test_gradients(exchange: Callable[[Tensor, Sequence[Block]], Tensor]) -> None:
    x = torch.randn(2, N_CHANNELS, dtype=torch.float64, requires_grad=True)
    assert gradcheck(lambda x: exchange(x, BLOCKS), x)
    assert gradgradcheck(lambda x: exchange(x, BLOCKS), x)


def test_gradient_lies_in_memory_as_the_values_do() -> None:
    # Weights (K, C, 2) as (2, K, C): their gradient is not copied by an optimizer.
    weight = torch.randn(4, N_CHANNELS, 2, requires_grad=True)
    parts = weight.permute(2, 0, 1)
    (gradient,) = torch.autograd.grad(to_slots(parts, BLOCKS).square().sum(), parts)
    assert gradient.stride() == parts.stride()
    assert torch.equal(gradient, 2 * parts)
