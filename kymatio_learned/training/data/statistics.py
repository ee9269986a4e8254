"""Means and standard deviations that images are normalised with."""

import torch
from torch import Tensor

# Those of ImageNet: torchvision's models and the published code normalise every colour image with
# them.
COLOUR_MEAN: tuple[float, ...] = (0.485, 0.456, 0.406)
COLOUR_STD: tuple[float, ...] = (0.229, 0.224, 0.225)
MNIST_MEAN: tuple[float, ...] = (0.1307,)
MNIST_STD: tuple[float, ...] = (0.3081,)


def mean_and_std(images: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure the mean and standard deviation of each channel, for values in [0, 1].

    Parameters
    ----------
    images
        Shape (n, C, M, N), uint8.

    Returns
    -------
    tuple
        The C means and the C standard deviations; the latter are 1 where a channel is constant.

    Examples
    --------
    >>> mean_and_std(torch.tensor([0, 255], dtype=torch.uint8).reshape(2, 1, 1, 1))
    ((0.5,), (0.5,))
    """
    # From counts of the 256 values: exact, and no floating-point copy of a large set.
    levels = torch.arange(256, dtype=torch.float64) / 255
    means, stds = [], []
    for channel in images.movedim(1, 0):
        weight = torch.bincount(channel.flatten(), minlength=256) / channel.numel()
        mean = (weight * levels).sum()
        std = (weight * (levels - mean) ** 2).sum().sqrt()
        means.append(mean.item())
        stds.append(std.item() or 1.0)
    return tuple(means), tuple(stds)
