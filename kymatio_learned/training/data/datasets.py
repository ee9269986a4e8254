"""The data sets of the training scripts, by name."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.datasets import load_digits as sklearn_digits
from sklearn.model_selection import train_test_split
from torch import Tensor
from torchvision.datasets import CIFAR10, CIFAR100, MNIST
from torchvision.transforms.v2.functional import resize

from .folder import load_folder, load_imagenet
from .image_files import ImageFiles
from .image_set import ImageSet
from .image_splits import ImageSplits
from .image_tensor import ImageTensor
from .statistics import COLOUR_MEAN, COLOUR_STD, MNIST_MEAN, MNIST_STD, mean_and_std
from .subset import class_subset, stratified_subset

DOWNLOAD_DIR = Path("~/.cache/kymatio_learned")
MEMORY_LIMIT = 2**30  # bytes


def load_digits(data_dir: Path | None = None, image_size: int | None = None) -> ImageSplits:
    """Load scikit-learn's 1797 handwritten digits, 8x8, enlarged to 32x32.

    The split is fixed: 360 test images, each digit in proportion.
    """
    if data_dir is not None:
        raise ValueError(
            f"the digits come with scikit-learn: expected no data folder, got {data_dir}"
        )
    digits = sklearn_digits()
    images = torch.from_numpy(digits.images)[:, None] * (255 / 16)
    images = _resized(images, 32 if image_size is None else image_size)
    images = images.round().clamp(0, 255).to(torch.uint8)
    labels = torch.from_numpy(digits.target).long()
    train, test = train_test_split(
        np.arange(len(labels)), test_size=360, stratify=digits.target, random_state=0
    )
    everything = ImageTensor(images, labels)
    mean, std = mean_and_std(images[train])
    classes = tuple(str(digit) for digit in range(10))
    return ImageSplits(
        everything.select(train), everything.select(test), classes, mean, std, flip=False
    )


def load_cifar10(data_dir: Path | None = None, image_size: int | None = None) -> ImageSplits:
    """Load CIFAR-10, downloaded once where no folder is given."""
    return _load_torchvision(CIFAR10, data_dir, image_size, COLOUR_MEAN, COLOUR_STD, flip=True)


def load_cifar100(data_dir: Path | None = None, image_size: int | None = None) -> ImageSplits:
    """Load CIFAR-100, downloaded once where no folder is given."""
    return _load_torchvision(CIFAR100, data_dir, image_size, COLOUR_MEAN, COLOUR_STD, flip=True)


def load_mnist(data_dir: Path | None = None, image_size: int | None = None) -> ImageSplits:
    """Load MNIST, 28x28, downloaded once where no folder is given."""
    return _load_torchvision(MNIST, data_dir, image_size, MNIST_MEAN, MNIST_STD, flip=False)


DATASETS: dict[str, Callable[[Path | None, int | None], ImageSplits]] = {
    "digits": load_digits,
    "cifar10": load_cifar10,
    "cifar100": load_cifar100,
    "mnist": load_mnist,
    "folder": load_folder,
    "imagenet": load_imagenet,
}


def load_dataset(
    name: str,
    *,
    data_dir: str | Path | None = None,
    image_size: int | None = None,
    classes: int | Sequence[str] | None = None,
    train_samples: int | None = None,
    seed: int = 0,
    in_memory: bool = True,
) -> ImageSplits:
    """Load a data set by name, to train on all of it or on a subset that keeps the classes' shares.

    Parameters
    ----------
    name
        "digits", "cifar10", "cifar100", "mnist", "folder" (see :func:`load_folder`) or "imagenet"
        (see :func:`load_imagenet`).
    data_dir
        Where the data is. The torchvision sets are downloaded when it is not given.
    image_size
        Height and width to bring the images to; by default their own, 32 for the digits and 224 for
        ImageNet.
    classes
        The first so many classes, or those with these names; all of them by default.
    train_samples
        Size of a stratified subset of the training images; all of them by default.
    seed
        Seed of the subset, and of random crops.
    in_memory
        True reads sets of up to 1 GiB (decoded) at once, and larger ones from their files at every
        use; False reads files at every use.

    Returns
    -------
    ImageSplits
        Training and test images.

    Raises
    ------
    ValueError
        When the name is not known, the data is not there, or a subset is too small or too large.

    Examples
    --------
    >>> splits = load_dataset("digits", train_samples=100)
    >>> len(splits.train), len(splits.test), splits.train.shape
    (100, 360, (1, 32, 32))
    """
    if name not in DATASETS:
        raise ValueError(f"expected a data set among {', '.join(DATASETS)}, got {name!r}")
    if image_size is not None and image_size < 1:
        raise ValueError(f"expected an image size of at least 1, got {image_size}")
    folder = None if data_dir is None else Path(data_dir).expanduser()
    splits = DATASETS[name](folder, image_size)
    if classes is not None:
        splits = class_subset(splits, classes)
    train, test = splits.train, splits.test
    if train_samples is not None:
        train = train.select(stratified_subset(train.labels, train_samples, seed=seed).tolist())
    if isinstance(train, ImageFiles) and train.randomly_cropped:
        train = train.cropped(seed)
    if in_memory:
        train, test = decoded(train), decoded(test)
    return replace(splits, train=train, test=test)


def decoded(images: ImageSet) -> ImageSet:
    """Read images at once, where they fit into 1 GiB and are not cropped at random."""
    if (
        isinstance(images, ImageFiles)
        and not images.randomly_cropped
        and images.nbytes <= MEMORY_LIMIT
    ):
        return images.decoded()
    return images


def _load_torchvision(
    dataset: type[CIFAR10] | type[MNIST],
    data_dir: Path | None,
    image_size: int | None,
    mean: tuple[float, ...],
    std: tuple[float, ...],
    *,
    flip: bool,
) -> ImageSplits:
    download = data_dir is None
    root = DOWNLOAD_DIR.expanduser() if data_dir is None else data_dir
    try:
        with warnings.catch_warnings():
            # The pickles of CIFAR were written by an old NumPy, in a form that NumPy 2.4
            # deprecates.
            warnings.filterwarnings("ignore", message=r"dtype\(\): align should be passed")
            train, test = (dataset(str(root), train=t, download=download) for t in (True, False))
    except (RuntimeError, OSError) as error:
        if download:
            raise ValueError(f"could not download {dataset.__name__}: {error}") from error
        raise ValueError(
            f"expected {dataset.__name__}, as torchvision keeps it, in {root}; "
            f"without a data folder (--data-dir) it is downloaded"
        ) from error
    train_set, test_set = (
        ImageTensor(_resized(_planes(split.data), image_size), torch.as_tensor(split.targets))
        for split in (train, test)
    )
    return ImageSplits(train_set, test_set, tuple(train.classes), mean, std, flip)


def _planes(data: Tensor | NDArray[np.uint8]) -> Tensor:
    """Bring (n, M, N) or (n, M, N, C) to (n, C, M, N)."""
    images = torch.as_tensor(data)
    return images[:, None] if images.ndim == 3 else images.movedim(-1, 1).contiguous()


def _resized(images: Tensor, image_size: int | None) -> Tensor:
    if image_size is None or images.shape[-2:] == (image_size, image_size):
        return images
    return resize(images, [image_size, image_size], antialias=True)
