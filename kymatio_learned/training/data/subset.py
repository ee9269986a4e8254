"""Small training sets that keep the proportions of the classes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def stratified_subset(labels: ArrayLike, n_samples: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Draw a subset in which every class keeps its share.

    Each class is shuffled, and the k-th sample of a class of n gets the rank k/n; the subset holds
    the `n_samples` lowest ranks. So every class is there, equally large classes differ by at most
    one sample, and with one seed a smaller subset is part of every larger one.

    Parameters
    ----------
    labels
        Class of each sample, shape (n,).
    n_samples
        Size of the subset, from the number of classes to n.
    seed
        Seed of the draw.

    Returns
    -------
    NDArray
        Sorted indices of the subset, shape (n_samples,), int64.

    Raises
    ------
    ValueError
        When `n_samples` is less than the number of classes or more than n.

    Examples
    --------
    >>> labels = np.repeat([0, 1, 2], 10)
    >>> np.bincount(labels[stratified_subset(labels, 6)]).tolist()
    [2, 2, 2]
    """
    labels = np.asarray(labels)
    classes, counts = np.unique(labels, return_counts=True)
    if not len(classes) <= n_samples <= len(labels):
        raise ValueError(
            f"expected a number of samples from {len(classes)} (the number of classes) to "
            f"{len(labels)} (all samples), got {n_samples}"
        )
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(labels))
    rank = np.empty(len(labels))
    for label, count in zip(classes, counts, strict=True):
        rank[order[labels[order] == label]] = np.arange(count) / count
    lowest = order[np.argsort(rank[order], kind="stable")]
    return np.sort(lowest[:n_samples]).astype(np.int64)
