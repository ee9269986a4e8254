"""Planar tensors are a rearrangement of native channels: nothing is lost on the way and back."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kymatio_learned.layers import ChannelLayout
from kymatio_learned.layers.channel_layout import Planes, concatenate, join

layouts = st.builds(ChannelLayout, st.integers(0, 3), st.integers(1, 3)) | st.builds(
    ChannelLayout, st.integers(1, 3), st.just(0)
)


@given(layouts)
def test_planar_to_native_and_back_is_the_identity(layout: ChannelLayout) -> None:
    x = torch.randn(2, layout.n_planes, 3, 4)
    native = layout.to_native(x)
    assert native.shape == (2, layout.n_channels, 3, 4)
    assert native.is_complex() == (not layout.is_real)
    assert torch.equal(layout.to_planar(native), x)


@given(layouts)
def test_native_to_planar_and_back_is_the_identity(layout: ChannelLayout) -> None:
    a, b = layout.n_complex, layout.n_real
    z = torch.randn(2, a, 3, 4, dtype=torch.complex64)
    real = torch.randn(2, b, 3, 4)
    native = torch.cat([z, real], 1) if a else real
    assert torch.equal(layout.to_native(layout.to_planar(native)), native)


def test_planes_are_real_parts_then_imaginary_parts_then_real_channels() -> None:
    layout = ChannelLayout(n_complex=2, n_real=1)
    z = torch.tensor([1 + 2j, 3 + 4j, 5 + 0j]).view(1, 3, 1, 1)
    x = layout.to_planar(z)
    assert x.flatten().tolist() == [1, 3, 2, 4, 5]
    re, im, real = layout.split(x)
    assert (re.flatten().tolist(), im.flatten().tolist(), real.item()) == ([1, 3], [2, 4], 5)


def test_splitting_does_not_copy() -> None:
    x = torch.randn(1, 5, 2, 2)
    assert all(
        part.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
        for part in ChannelLayout(2, 1).split(x)
    )


@given(layouts)
def test_numbers_to_planes_and_back_is_the_identity(layout: ChannelLayout) -> None:
    values = torch.randn(layout.n_planes)
    numbers = layout.from_planes(values)
    parts = () if layout.is_real else (2,)
    assert numbers.shape == (layout.n_channels, *parts)
    assert torch.equal(layout.to_planes(numbers), values)


@given(layouts)
def test_value_of_a_channel_is_repeated_for_its_planes(layout: ChannelLayout) -> None:
    values = torch.randn(layout.n_channels)
    pairs = values if layout.is_real else torch.stack([values, values], -1)
    assert torch.equal(layout.repeat_per_plane(values), layout.to_planes(pairs))


def test_join_keeps_the_order_of_the_maps_in_each_kind_of_plane() -> None:
    first, second = ChannelLayout(1, 1), ChannelLayout(1, 2)
    x = first.split(torch.tensor([1.0, 2, 3]).view(1, 3, 1, 1))
    y = second.split(torch.tensor([4.0, 5, 6, 7]).view(1, 4, 1, 1))
    assert join(x, y).flatten().tolist() == [1, 4, 2, 5, 3, 6, 7]
    assert ChannelLayout(2, 3).n_planes == join(x, y).shape[1]


def test_concatenating_with_no_channels_does_not_copy() -> None:
    empty, x = torch.zeros(1, 0, 2, 2), torch.randn(1, 3, 2, 2)
    assert concatenate(empty, x, empty) is x
    assert concatenate(empty, empty).shape == (1, 0, 2, 2)
    assert torch.equal(join(Planes(empty, empty, x), Planes(empty, empty, empty)), x)


@pytest.mark.parametrize("numbers", [(0, 0), (-1, 2), (2, -1)])
def test_layout_without_channels_is_refused(numbers: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least one channel and no negative number, got"):
        ChannelLayout(*numbers)


@pytest.mark.parametrize(
    ("layout", "x", "error", "message"),
    [
        (ChannelLayout(n_real=3), torch.zeros(1, 2, 4, 4), ValueError, r"3 channels in \(1, 2, "),
        (ChannelLayout(2, 1), torch.zeros(1, 5, 4, 4) + 0j, ValueError, "3 channels .* got 5"),
        (ChannelLayout(n_real=3), torch.zeros(1, 3, 4, 4) + 0j, TypeError, "expected a real tens"),
        (
            ChannelLayout(2, 1),
            torch.zeros(1, 3, 4, 4),
            TypeError,
            "complex tensor, got torch.float",
        ),
    ],
)
def test_native_channels_of_another_kind_are_refused(
    layout: ChannelLayout, x: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        layout.to_planar(x)
