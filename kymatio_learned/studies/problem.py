"""The images of a study, read once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from ..training import ImageDataModule, ImageSplits, load_dataset, stratified_subset
from ..training.data import ImageSet
from ..training.data.datasets import decoded


class Problem:
    """A data set, of which a study uses many training subsets.

    Test images are decoded once, training images when a subset asks for them.

    Parameters
    ----------
    dataset, data_dir
        See `load_dataset`.
    test_samples
        Test on a stratified subset of so many images, the same for all runs; on all by default.

    Raises
    ------
    ValueError
        If the data is not there.

    Examples
    --------
    >>> problem = Problem("digits", test_samples=100)
    >>> splits = problem.splits(train_samples=50, seed=3)
    >>> len(splits.train), len(splits.test)
    (50, 100)
    """

    def __init__(
        self,
        dataset: str,
        data_dir: str | Path | None = None,
        *,
        test_samples: int | None = None,
    ) -> None:
        self.dataset = dataset
        self.test_samples = test_samples
        self._splits = load_dataset(dataset, data_dir=data_dir, in_memory=False)

    @cached_property
    def test(self) -> ImageSet:
        """The test images, in memory where they fit."""
        test = self._splits.test
        if self.test_samples is not None:
            test = test.select(stratified_subset(test.labels, self.test_samples).tolist())
        return decoded(test)

    def splits(self, train_samples: int | None = None, *, seed: int = 0) -> ImageSplits:
        """Return the test images and a stratified subset of the training images.

        Parameters
        ----------
        train_samples
            Size of the subset; all by default.
        seed
            Of the draw. With one seed a smaller subset is part of every larger one.

        Returns
        -------
        ImageSplits
            In memory, where they fit.
        """
        train = self._splits.train
        if train_samples is not None:
            train = train.select(stratified_subset(train.labels, train_samples, seed=seed).tolist())
        return replace(self._splits, train=decoded(train), test=self.test)


def normalised(splits: ImageSplits, images: ImageSet) -> Tensor:
    """Return a set of images as a network sees them, ``(n, C, M, N)``."""
    pixels = images.images(range(len(images)))
    return ImageDataModule(splits).normalised(pixels, torch.float32)
