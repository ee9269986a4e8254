"""Random flips and crops of a batch."""

import pytest
import torch
from torch import Tensor

from kymatio_learned.training.data.augmentation import random_crop, random_flip


@pytest.fixture
def images() -> Tensor:
    return torch.randint(1, 256, (64, 3, 7, 10), generator=generator()).to(torch.uint8)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_flip_leaves_or_mirrors_each_image(images: Tensor) -> None:
    flipped = random_flip(images, generator())
    mirrored = [bool((f == i.flip(-1)).all()) for f, i in zip(flipped, images, strict=True)]
    kept = [bool((f == i).all()) for f, i in zip(flipped, images, strict=True)]
    assert all(m != k for m, k in zip(mirrored, kept, strict=True))
    assert 16 < sum(mirrored) < 48  # out of 64: six standard deviations would be 8 and 56


def test_a_crop_is_a_shift_with_zeros_at_the_border(images: Tensor) -> None:
    padding = 2
    cropped = random_crop(images, padding, generator())
    assert cropped.shape == images.shape
    assert cropped.dtype == images.dtype
    padded = torch.nn.functional.pad(images, [padding] * 4)
    shifts = set()
    for index, crop in enumerate(cropped):
        found = [
            (top, left)
            for top in range(2 * padding + 1)
            for left in range(2 * padding + 1)
            if (padded[index, :, top : top + 7, left : left + 10] == crop).all()
        ]
        assert len(found) == 1
        shifts.add(found[0])
    # Every shift each way is drawn, and vertical and horizontal shifts are drawn apart.
    assert {top for top, _ in shifts} == {left for _, left in shifts} == set(range(5))
    assert len(shifts) > 15


def test_no_padding_leaves_images_as_they_are(images: Tensor) -> None:
    torch.testing.assert_close(random_crop(images, 0, generator()), images)


def test_the_generator_decides(images: Tensor) -> None:
    first, again, other = (random_crop(images, 2, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
