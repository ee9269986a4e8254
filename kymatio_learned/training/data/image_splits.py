"""A classification problem: images to train on, images to test on."""

from dataclasses import dataclass

from .image_set import ImageSet


@dataclass(frozen=True)
class ImageSplits:
    """The training and test images of a classification problem.

    Parameters
    ----------
    train, test
        Images of one shape.
    classes
        Name of each class.
    mean, std
        Mean and standard deviation that each channel is normalised with, for values in [0, 1].
    flip
        True where an image and its mirror image have the same class.
    """

    train: ImageSet
    test: ImageSet
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    flip: bool
