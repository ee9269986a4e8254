"""Images read from files when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from torch import Tensor

from .image_set import ImageSet
from .image_tensor import ImageTensor


def read_image(path: str | Path, shape: Sequence[int]) -> NDArray[np.uint8]:
    """Read an image file, as grey or colour, resized and cropped about its centre.

    Parameters
    ----------
    path
        An image file of any format that Pillow reads.
    shape
        Shape (C, M, N) that is wanted; C is 1 (grey) or 3 (red, green, blue).

    Returns
    -------
    NDArray
        Shape (C, M, N), uint8.
    """
    channels, height, width = shape
    with Image.open(path) as file:
        image = file.convert("L" if channels == 1 else "RGB")
    if image.size != (width, height):
        image = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    return np.asarray(image).reshape(height, width, channels).transpose(2, 0, 1)


class ImageFiles(ImageSet):
    """A set of labelled images read from files, each at every use.

    Parameters
    ----------
    paths
        One image file a sample.
    labels
        Class of each image, shape (n,), int64.
    shape
        Shape (C, M, N) that every image is brought to.
    """

    def __init__(self, paths: Sequence[str], labels: Tensor, shape: Sequence[int]) -> None:
        super().__init__(labels, shape)
        self.paths = paths

    def images(self, indices: Sequence[int]) -> Tensor:
        """Give images as a uint8 tensor of shape (B, C, M, N)."""
        batch = np.empty((len(indices), *self.shape), dtype=np.uint8)
        for image, index in zip(batch, indices, strict=True):
            image[...] = read_image(self.paths[index], self.shape)
        return torch.from_numpy(batch)

    def select(self, indices: Sequence[int]) -> ImageFiles:
        """Give the set of some of the images."""
        paths = [self.paths[index] for index in indices]
        return ImageFiles(paths, self.labels[torch.as_tensor(indices)], self.shape)

    def decoded(self) -> ImageTensor:
        """Give the same set, read once and held in memory."""
        return ImageTensor(self.images(range(len(self))), self.labels)
