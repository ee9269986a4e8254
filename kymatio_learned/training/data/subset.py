"""Smaller problems: fewer classes, or fewer training images that keep the classes' shares."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from .image_set import ImageSet
from .image_splits import ImageSplits


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


def class_subset(splits: ImageSplits, classes: int | Sequence[str]) -> ImageSplits:
    """Keep the images of some classes only.

    Parameters
    ----------
    splits
        Training and test images.
    classes
        The first so many classes, or those with these names, which are numbered in this order.

    Returns
    -------
    ImageSplits
        A problem with these classes.

    Raises
    ------
    ValueError
        When there are not so many, a name is not known or named twice, or it is not two at least.

    Examples
    --------
    >>> from kymatio_learned.training import load_dataset
    >>> fewer = class_subset(load_dataset("digits"), ["3", "1"])
    >>> fewer.classes, fewer.test.labels.unique().tolist()
    (('3', '1'), [0, 1])
    """
    known = splits.classes
    names = list(known[:classes]) if isinstance(classes, int) else list(classes)
    if isinstance(classes, int) and classes > len(known):
        raise ValueError(f"expected at most {len(known)} classes, got {classes}")
    if len(names) < 2:
        raise ValueError(f"expected at least 2 classes, got {classes}")
    if unknown := sorted(set(names) - set(known)):
        raise ValueError(f"expected classes of the data set, got {', '.join(unknown[:8])}")
    if len(set(names)) < len(names):
        raise ValueError("expected each class once, got one twice")
    new_label = torch.full((len(known),), -1)
    new_label[[known.index(name) for name in names]] = torch.arange(len(names))

    def kept(images: ImageSet) -> ImageSet:
        labels = new_label[images.labels]
        return images.relabelled(labels).select(torch.nonzero(labels >= 0).flatten().tolist())

    return replace(splits, train=kept(splits.train), test=kept(splits.test), classes=tuple(names))
