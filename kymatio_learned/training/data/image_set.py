"""What every set of labelled images offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor
from torch.utils.data import Dataset

Batch = tuple[Tensor, Tensor]


class ImageSet(Dataset[Batch], ABC):
    """A set of labelled images of one size, read a batch at a time.

    Parameters
    ----------
    labels
        Class of each image, shape (n,), int64.
    shape
        Shape (C, M, N) of every image.
    """

    def __init__(self, labels: Tensor, shape: Sequence[int]) -> None:
        self.labels = labels
        self.shape = tuple(shape)

    @abstractmethod
    def images(self, indices: Sequence[int]) -> Tensor:
        """Give images as a uint8 tensor of shape (B, C, M, N)."""

    @property
    def randomly_cropped(self) -> bool:
        """Whether each use of an image is another crop; then samples are counted on and on."""
        return False

    @abstractmethod
    def relabelled(self, labels: Tensor) -> ImageSet:
        """Give the same images with other labels."""

    @abstractmethod
    def select(self, indices: Sequence[int]) -> ImageSet:
        """Give the set of some of the images."""

    @property
    def nbytes(self) -> int:
        """Memory that the decoded images take, in bytes."""
        return len(self) * prod(self.shape)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> Batch:
        images, labels = self.__getitems__([index])
        return images[0], labels[0]

    def __getitems__(self, indices: Sequence[int]) -> Batch:
        # DataLoader asks for a whole batch by this name; its collate function must leave it as it
        # is.
        return self.images(indices), self.labels[torch.as_tensor(indices) % len(self)]
