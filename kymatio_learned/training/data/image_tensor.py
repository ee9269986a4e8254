"""Images held in memory."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from .image_set import ImageSet


class ImageTensor(ImageSet):
    """A set of labelled images held in memory as one tensor.

    Parameters
    ----------
    images
        Shape (n, C, M, N), uint8.
    labels
        Class of each image, shape (n,), int64.

    Examples
    --------
    >>> images = ImageTensor(torch.zeros(5, 3, 8, 8, dtype=torch.uint8), torch.arange(5))
    >>> batch, labels = images.__getitems__([4, 0])
    >>> batch.shape, labels.tolist()
    (torch.Size([2, 3, 8, 8]), [4, 0])
    """

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        super().__init__(labels, images.shape[1:])
        self.tensor = images

    def images(self, indices: Sequence[int]) -> Tensor:
        """Give images as a uint8 tensor of shape (B, C, M, N)."""
        return self.tensor[torch.as_tensor(indices)]

    def relabelled(self, labels: Tensor) -> ImageTensor:
        """Give the same images with other labels."""
        return ImageTensor(self.tensor, labels)

    def select(self, indices: Sequence[int]) -> ImageTensor:
        """Give the set of some of the images."""
        images, labels = self.__getitems__(indices)
        return ImageTensor(images, labels)
