"""Images that are read for a training."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_sample_images
from torch import Tensor

from kymatio_learned.training import ImageDataModule, load_dataset
from kymatio_learned.training.data.decoding import read_image


class Loader:
    """One process that reads the training images of a data set: an epoch, ready for the network.

    Parameters
    ----------
    dataset, data_dir, image_size, in_memory
        See `kymatio_learned.training.load_dataset`.
    batch
        Images a batch.
    """

    def __init__(
        self,
        dataset: str,
        data_dir: Path | None,
        image_size: int | None,
        *,
        in_memory: bool,
        batch: int,
    ) -> None:
        splits = load_dataset(
            dataset, data_dir=data_dir, image_size=image_size, in_memory=in_memory
        )
        self.data = ImageDataModule(splits, batch_size=batch, num_workers=0)
        self.batches = self.data.train_dataloader()

    def n_images(self) -> int:
        """Return the number of images of an epoch."""
        return len(self.batches) * self.data.batch_size

    def read(self) -> None:
        """Read, augment and normalise them."""
        for number, (images, _) in enumerate(self.batches):
            self.data.normalised(self.data.augmented(images, number, rank=0))


class Decoder:
    """Decodes image files.

    Parameters
    ----------
    paths
        JPEG files in colour.
    decode
        Returns the pixels of one.
    """

    def __init__(self, paths: Sequence[Path], decode: Callable[[Path], Tensor]) -> None:
        self.paths, self.decode = paths, decode

    def read(self) -> None:
        """Decode each file."""
        for path in self.paths:
            self.decode(path)


def by_the_package(path: Path) -> Tensor:
    """Decode as the training does."""
    return read_image(str(path), 3)


def by_pillow(path: Path) -> Tensor:
    """Decode by Pillow alone."""
    with Image.open(path) as image:
        return torch.from_numpy(np.array(image.convert("RGB")))


def draw_photographs(folder: Path, n: int, shape: tuple[int, int]) -> Path:
    """Write an image-folder tree of n JPEG files a split: parts of scikit-learn's photographs."""
    photographs = [Image.fromarray(image) for image in load_sample_images().images]
    generator = np.random.default_rng(0)
    height, width = shape
    scale = min(photographs[0].height // height, photographs[0].width // width)
    for split in ("train", "val"):
        for k in range(n):
            photograph = photographs[k % 2]
            left = int(generator.integers(photograph.width - scale * width + 1))
            top = int(generator.integers(photograph.height - scale * height + 1))
            part = (left, top, left + scale * width, top + scale * height)
            path = folder / split / f"class{k % 2}" / f"{k}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            photograph.resize((width, height), box=part).save(path, quality=90)
    return folder
