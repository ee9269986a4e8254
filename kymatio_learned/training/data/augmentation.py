"""Random flips and crops of a whole batch of images, on any device."""

import torch
from torch import Tensor
from torch.nn import functional as F


def random_flip(images: Tensor, generator: torch.Generator) -> Tensor:
    """Mirror each image left to right with probability one half.

    Parameters
    ----------
    images
        Shape (B, C, M, N), any dtype and device.
    generator
        A generator of the CPU: the same images are mirrored on every device.

    Returns
    -------
    Tensor
        Images of the same shape and dtype.

    Examples
    --------
    >>> images = torch.arange(2.0).expand(3, 1, 1, 2)
    >>> random_flip(images, torch.Generator().manual_seed(0)).tolist()
    [[[[1.0, 0.0]]], [[[0.0, 1.0]]], [[[1.0, 0.0]]]]
    """
    flip = torch.rand(len(images), generator=generator) < 0.5
    flip = flip.to(images.device).view(-1, 1, 1, 1)
    return torch.where(flip, images.flip(-1), images)


def random_crop(images: Tensor, padding: int, generator: torch.Generator) -> Tensor:
    """Shift each image by up to `padding` pixels each way; zeros come in at the border.

    It is the crop of the original size, at a random place, of the image padded with zeros.

    Parameters
    ----------
    images
        Shape (B, C, M, N), any dtype and device.
    padding
        Greatest shift, in pixels.
    generator
        A generator of the CPU: the shifts are the same on every device.

    Returns
    -------
    Tensor
        Images of the same shape and dtype.

    Examples
    --------
    >>> images = torch.ones(4, 3, 32, 32)
    >>> random_crop(images, 4, torch.Generator().manual_seed(0)).shape
    torch.Size([4, 3, 32, 32])
    """
    batch, _, height, width = images.shape
    top, left = torch.randint(2 * padding + 1, (2, batch, 1), generator=generator)
    rows = (top + torch.arange(height)).to(images.device)  # (B, M)
    columns = (left + torch.arange(width)).to(images.device)  # (B, N)
    padded = F.pad(images, [padding] * 4)
    image = torch.arange(batch, device=images.device)[:, None, None]
    # (B, C, M + 2p, N + 2p) -> (B, M, N, C) -> (B, C, M, N)
    return padded[image, :, rows[:, :, None], columns[:, None, :]].movedim(-1, 1)
