"""How processes divide the test images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymatio_learned.training.data.evaluation_batches import evaluation_batches


@given(st.integers(1, 200), st.integers(1, 12), st.integers(1, 9))
def test_every_image_comes_once_and_all_have_as_many_batches(
    n_images: int, batch_size: int, world_size: int
) -> None:
    n_images = max(n_images, world_size)
    parts = [
        evaluation_batches(n_images, batch_size, rank=rank, world_size=world_size)
        for rank in range(world_size)
    ]
    assert len({len(part) for part in parts}) == 1
    batches = [batch for part in parts for batch in part]
    assert sorted(index for batch in batches for index in batch) == list(range(n_images))
    sizes = [len(batch) for batch in batches]
    assert min(sizes) >= 1
    # A process with one image less than another may have too few for as many full batches.
    assert max(sizes) <= batch_size + (n_images % world_size > 0)


def test_one_process_has_no_batch_that_is_too_large() -> None:
    assert max(map(len, evaluation_batches(361, 64))) <= 64


def test_fewer_images_than_processes_are_refused() -> None:
    with pytest.raises(ValueError, match="each of 4 processes, got 3"):
        evaluation_batches(3, 8, rank=0, world_size=4)
