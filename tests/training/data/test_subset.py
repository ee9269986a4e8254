"""Stratified subsets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kymatio_learned.training import stratified_subset

labels_of_all_sizes = st.lists(st.integers(1, 30), min_size=1, max_size=6).map(
    lambda counts: np.repeat(np.arange(len(counts)), counts)
)


@given(labels_of_all_sizes, st.data(), st.integers(0, 1000))
def test_every_class_keeps_its_share(labels: np.ndarray, data: st.DataObject, seed: int) -> None:
    labels = np.random.default_rng(seed).permutation(labels)
    counts = np.bincount(labels)
    n_samples = data.draw(st.integers(len(counts), len(labels)))
    subset = stratified_subset(labels, n_samples, seed=seed)
    drawn = np.bincount(labels[subset], minlength=len(counts))
    assert len(set(subset)) == n_samples
    assert drawn.min() >= 1
    assert (drawn <= counts).all()
    # Ranks k/n up to the same bound are in: ceil(t n) for some t, so at most one above the share.
    assert (drawn < counts * n_samples / len(labels) + 1).all()


@given(st.integers(0, 1000))
def test_a_smaller_subset_is_part_of_a_larger_one(seed: int) -> None:
    labels = np.repeat(np.arange(3), (5, 20, 40))
    small, large = (set(stratified_subset(labels, n, seed=seed)) for n in (10, 30))
    assert small < large


def test_seeds_draw_different_subsets() -> None:
    labels = np.repeat(np.arange(4), 100)
    first, again, other = (stratified_subset(labels, 40, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


@pytest.mark.parametrize("n_samples", [2, 11])
def test_impossible_sizes_are_refused(n_samples: int) -> None:
    labels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
    with pytest.raises(ValueError, match=rf"from 3 .* to 10 .*, got {n_samples}"):
        stratified_subset(labels, n_samples)
