"""Images read from files when they are asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms import RandomResizedCrop
from torchvision.transforms.v2 import functional as F

from .decoding import centre_view, read_image
from .image_set import ImageSet
from .image_tensor import ImageTensor

# Of torchvision's crops for ImageNet: share of the image, and width over height.
CROP_AREA, CROP_ASPECT = [0.08, 1.0], [3 / 4, 4 / 3]


class ImageFiles(ImageSet):
    """A set of labelled images read from files, each at every use.

    Parameters
    ----------
    paths
        One image file a sample.
    labels
        Class of each image, shape (n,), int64.
    shape
        Shape (C, M, N) that every image is brought to: see :func:`centre_view`.
    margin
        See :func:`centre_view`.
    crop_seed
        Where it is given, each use of an image is another crop of random size and shape, by
        torchvision's ``RandomResizedCrop``. It depends on the seed and the sample alone; sample
        i + k n is the k-th use of image i of n.
    """

    def __init__(
        self,
        paths: Sequence[str],
        labels: Tensor,
        shape: Sequence[int],
        *,
        margin: float = 1.0,
        crop_seed: int | None = None,
    ) -> None:
        super().__init__(labels, shape)
        # One array, not a list: a worker that reads a Python object writes its reference count, and
        # so copies page after page of what the processes share.
        self._paths = np.array([os.fsencode(path) for path in paths])
        self.margin = margin
        self.crop_seed = crop_seed

    @property
    def paths(self) -> list[str]:
        """The image file of each sample."""
        return [os.fsdecode(path) for path in self._paths]

    @property
    def randomly_cropped(self) -> bool:
        """Whether each use of an image is another crop."""
        return self.crop_seed is not None

    def images(self, indices: Sequence[int]) -> Tensor:
        """Give images as a uint8 tensor of shape (B, C, M, N)."""
        batch = torch.empty((len(indices), *self.shape), dtype=torch.uint8)
        for image, sample in zip(batch, indices, strict=True):
            path = os.fsdecode(self._paths[sample % len(self)])
            image.copy_(self._view(read_image(path, self.shape[0]), sample))
        return batch

    def select(self, indices: Sequence[int]) -> ImageFiles:
        """Give the set of some of the images."""
        paths = [os.fsdecode(self._paths[index]) for index in indices]
        return self._like(paths, self.labels[torch.as_tensor(indices)], self.crop_seed)

    def cropped(self, crop_seed: int | None) -> ImageFiles:
        """Give the same set with other random crops, or without."""
        return self._like(self.paths, self.labels, crop_seed)

    def relabelled(self, labels: Tensor) -> ImageFiles:
        """Give the same images with other labels."""
        return self._like(self.paths, labels, self.crop_seed)

    def decoded(self) -> ImageTensor:
        """Give the same set, read once and held in memory."""
        return ImageTensor(self.images(range(len(self))), self.labels)

    def _like(self, paths: Sequence[str], labels: Tensor, crop_seed: int | None) -> ImageFiles:
        return ImageFiles(paths, labels, self.shape, margin=self.margin, crop_seed=crop_seed)

    def _view(self, image: Tensor, sample: int) -> Tensor:
        size = list(self.shape[1:])
        if self.crop_seed is None:
            return centre_view(image, size, self.margin)
        state = np.random.SeedSequence([self.crop_seed, sample]).generate_state(1, np.uint64)
        with torch.random.fork_rng(devices=[]):
            # Not torch.manual_seed, which prepares the seeds of every kind of device, slowly.
            torch.default_generator.manual_seed(int(state[0]))
            place = RandomResizedCrop.get_params(image, CROP_AREA, CROP_ASPECT)
        view: Tensor = F.resized_crop(image, *place, size, antialias=True)
        return view
