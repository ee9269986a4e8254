"""Image folders: one folder a split, in it one folder a class; ImageNet is one."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image, UnidentifiedImageError
from torchvision.datasets.folder import IMG_EXTENSIONS, make_dataset

from .image_files import ImageFiles
from .image_splits import ImageSplits
from .statistics import COLOUR_MEAN, COLOUR_STD, mean_and_std

IMAGENET_SIZE, IMAGENET_MARGIN = 224, 256 / 224
STATISTICS_SAMPLES = 1000
GREY_MODES = ("1", "L", "LA")


def load_imagenet(data_dir: Path | None, image_size: int | None = None) -> ImageSplits:
    """List ImageNet, or a folder tree like it, with its usual crops: see :func:`load_folder`.

    Images are cropped at random for training, by torchvision's ``RandomResizedCrop``, to 224x224
    where `image_size` is not given. For testing their shorter side is brought to 256 and the middle
    224x224 is taken, or in proportion.
    """
    splits = load_folder(data_dir, IMAGENET_SIZE if image_size is None else image_size)
    train, test = (
        ImageFiles(images.paths, images.labels, images.shape, margin=margin, crop_seed=seed)
        for images, margin, seed in ((splits.train, 1.0, 0), (splits.test, IMAGENET_MARGIN, None))
        if isinstance(images, ImageFiles)
    )
    return replace(splits, train=train, test=test)


def load_folder(data_dir: Path | None, image_size: int | None = None) -> ImageSplits:
    """List an image-folder tree: ``train/<class>/``, and ``test/<class>/`` or ``val/<class>/``.

    The first training image says whether the images are grey or colour, and, where `image_size` is
    not given, their size. Images of another size are resized and cropped about their centre; those
    of another kind become grey or colour, without transparency.

    Parameters
    ----------
    data_dir
        The folder that holds ``train`` and ``test`` or ``val``.
    image_size
        Height and width that the images are brought to.

    Returns
    -------
    ImageSplits
        The images, not read yet; the classes are the folders of ``train`` in alphabetical order.

    Raises
    ------
    ValueError
        When a folder is missing or holds no image, or a class is in the test images only.
    """
    if data_dir is None:
        raise ValueError("the dataset 'folder' needs a data folder (--data-dir), got none")
    if not data_dir.is_dir():
        raise ValueError(f"expected a data folder, found none at {data_dir}")
    train_dir = data_dir / "train"
    test_dir = next(
        (data_dir / name for name in ("test", "val") if (data_dir / name).is_dir()), None
    )
    if not train_dir.is_dir() or test_dir is None:
        raise ValueError(
            f"expected the folders train/ and test/ (or val/) in {data_dir}, "
            f"found {_listing(data_dir)}"
        )
    classes = _subfolders(train_dir)
    if unknown := sorted(set(_subfolders(test_dir)) - set(classes)):
        raise ValueError(f"expected the classes of {train_dir} in {test_dir}, got also {unknown}")
    index = {name: label for label, name in enumerate(classes)}
    train, test = _images(train_dir, index), _images(test_dir, index)
    if empty := sorted(set(classes) - {classes[label] for _, label in train}):
        raise ValueError(f"expected images of every class in {train_dir}, found none of {empty}")

    channels, height, width = _first_shape(train[0][0])
    if image_size is not None:
        height = width = image_size
    train_set, test_set = (
        ImageFiles(
            [path for path, _ in samples],
            torch.tensor([label for _, label in samples]),
            (channels, height, width),
        )
        for samples in (train, test)
    )
    if channels == 3:
        mean, std = COLOUR_MEAN, COLOUR_STD
    else:
        step = max(1, len(train) // STATISTICS_SAMPLES)
        mean, std = mean_and_std(train_set.images(range(0, len(train), step)))
    return ImageSplits(train_set, test_set, tuple(classes), mean, std, flip=True)


def _first_shape(path: str) -> tuple[int, int, int]:
    try:
        with Image.open(path) as image:
            return 1 if image.mode in GREY_MODES else 3, image.height, image.width
    except UnidentifiedImageError as error:
        raise ValueError(f"{path} cannot be read as an image: {error}") from error


def _subfolders(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())


def _listing(folder: Path) -> str:
    names = sorted(entry.name for entry in folder.iterdir())
    return ", ".join(names[:8] + ["..."] * (len(names) > 8)) if names else "nothing"


def _images(folder: Path, index: Mapping[str, int]) -> list[tuple[str, int]]:
    here = {name: label for name, label in index.items() if (folder / name).is_dir()}
    samples = []
    if here:
        samples = make_dataset(str(folder), here, extensions=IMG_EXTENSIONS, allow_empty=True)
    if not samples:
        raise ValueError(f"expected images in {folder}/<class>/, found {_listing(folder)}")
    return samples
