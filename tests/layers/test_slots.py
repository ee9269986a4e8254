"""The two orders of the channels are exchanged by transposing each block."""

import pytest
import torch

from kymatio_learned.layers.slots import Block, exchanged, from_slots, scale_to_slots, to_slots

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


@pytest.mark.parametrize("shape", [(), (2,), (5, 2)], ids=str)
def test_products_with_a_scale(shape: tuple[int, ...]) -> None:
    x, scale = torch.randn(*shape, N_CHANNELS), torch.rand(N_CHANNELS)
    wide = torch.zeros(*shape, N_CHANNELS + 2)  # written to a view
    scale_to_slots(x, scale, BLOCKS, out=wide[..., 1:-1])
    assert torch.equal(wide[..., 1:-1], to_slots(x * scale, BLOCKS))
    assert not wide[..., [0, -1]].any()
    scale_to_slots(wide[..., 1:-1], scale, exchanged(BLOCKS), out=x)
    assert torch.equal(x, from_slots(wide[..., 1:-1] * scale, BLOCKS))
