"""Batches of images for training and testing, as Lightning asks for them."""

from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from lightning_fabric.utilities.data import suggested_max_num_workers
from torch import Tensor
from torch.utils.data import DataLoader, DistributedSampler

from .augmentation import random_crop, random_flip
from .evaluation_batches import evaluation_batches
from .image_files import ImageFiles
from .image_set import Batch, ImageSet
from .image_splits import ImageSplits
from .image_tensor import ImageTensor
from .resumable_loader import ResumableLoader
from .worker_signals import leave_for_the_parent_only


class ImageDataModule(pl.LightningDataModule):
    r"""Give batches of normalised images, with random flips and crops while training.

    Pixels are read as bytes; flips, crops and the normalisation :math:`(x / 255 - \mu) / \sigma`
    act on whole batches, on the device that trains. A crop takes an image of the same size out of
    the image padded with zeros, by 4 pixels at 32x32 and in proportion at other sizes. All that is
    random depends on the seed and the number of the batch alone, so an interrupted run goes on as
    if nothing had happened, within an epoch too.

    Parameters
    ----------
    splits
        Training and test images.
    batch_size
        Images a batch, on each device. The last training batch is left out when it is smaller.
    augment
        False trains on the images as they are.
    seed
        Seed of the order, the flips and the crops.
    num_workers
        Processes that read images, for each that trains. By default none for images in memory, else
        an equal share of the machine's cores, but one.

    Raises
    ------
    ValueError
        When a number is out of its range.

    Examples
    --------
    >>> from kymatio_learned.training import load_dataset
    >>> data = ImageDataModule(load_dataset("digits"), batch_size=64)
    >>> images, labels = next(iter(data.test_dataloader()))
    >>> images.shape, images.dtype
    (torch.Size([60, 1, 32, 32]), torch.uint8)
    """

    def __init__(
        self,
        splits: ImageSplits,
        *,
        batch_size: int = 128,
        augment: bool = True,
        seed: int = 0,
        num_workers: int | None = None,
    ) -> None:
        super().__init__()
        if batch_size < 1:
            raise ValueError(f"expected a batch size of at least 1, got {batch_size}")
        if num_workers is not None and num_workers < 0:
            raise ValueError(f"expected a number of workers of at least 0, got {num_workers}")
        if not 0 <= seed < 2**32:
            raise ValueError(f"expected a seed from 0 to 2**32 - 1, got {seed}")
        self.splits = splits
        self.batch_size = batch_size
        self.augment = augment
        self.seed = seed
        self.num_workers = num_workers
        self.crop_padding = min(splits.train.shape[1:]) // 8

    def train_dataloader(self) -> DataLoader[Batch]:
        """Give the training images, in an order of their own each epoch."""
        world_size, rank = self._processes()
        train = self.splits.train
        if isinstance(train, ImageFiles) and not self.augment:
            train = train.cropped(None)
        # A sampler that draws its order from the seed and the epoch, on one process as on many.
        sampler: DistributedSampler[Batch] = DistributedSampler(
            train, num_replicas=world_size, rank=rank, shuffle=True, seed=self.seed
        )
        return ResumableLoader(
            train,
            sampler,
            batch_size=self.batch_size,
            drop_last=len(sampler) >= self.batch_size,
            **self._options(train),
        )

    def val_dataloader(self) -> DataLoader[Batch]:
        """Give the test images, every one once."""
        test = self.splits.test
        world_size, rank = self._processes()
        batches = evaluation_batches(len(test), self.batch_size, rank=rank, world_size=world_size)
        return DataLoader(test, batch_sampler=batches, **self._options(test))

    test_dataloader = val_dataloader

    def on_after_batch_transfer(self, batch: Batch, dataloader_idx: int) -> Batch:
        """Augment and normalise a batch on its device."""
        images, labels = batch
        trainer = self.trainer
        assert trainer is not None, "Lightning calls this hook while a trainer runs"
        if trainer.training and self.augment:
            batch_number = trainer.fit_loop.total_batch_idx + 1
            images = self.augmented(images, batch_number, trainer.global_rank)
        dtype = next(trainer.lightning_module.parameters()).dtype
        return self.normalised(images, dtype), labels

    def augmented(self, images: Tensor, batch_number: int, rank: int) -> Tensor:
        """Flip and crop a batch at random.

        Parameters
        ----------
        images
            Shape (B, C, M, N), uint8.
        batch_number, rank
            Number of the batch, of all epochs, and of the process: with the seed, what the draw
            depends on.

        Returns
        -------
        Tensor
            Same shape, on the same device.
        """
        state = np.random.SeedSequence([self.seed, batch_number, rank]).generate_state(1, np.uint64)
        generator = torch.Generator().manual_seed(int(state[0]))
        if self.splits.flip:
            images = random_flip(images, generator)
        if not self.splits.train.randomly_cropped:  # those were cropped when they were read
            images = random_crop(images, self.crop_padding, generator)
        return images

    def normalised(self, images: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """Turn bytes into numbers of about zero mean and unit variance.

        Parameters
        ----------
        images
            Shape (B, C, M, N), uint8.
        dtype
            Floating-point type of the result.

        Returns
        -------
        Tensor
            Same shape, on the same device.
        """
        mean, std = (
            torch.tensor(values, dtype=dtype, device=images.device).view(-1, 1, 1)
            for values in (self.splits.mean, self.splits.std)
        )
        return (images.to(dtype) / 255 - mean) / std

    def _processes(self) -> tuple[int, int]:
        return (self.trainer.world_size, self.trainer.global_rank) if self.trainer else (1, 0)

    def _options(self, images: ImageSet) -> dict[str, Any]:
        num_workers = self.num_workers
        if num_workers is None:
            in_memory = isinstance(images, ImageTensor)
            here = self.trainer.num_devices if self.trainer else 1
            num_workers = 0 if in_memory else suggested_max_num_workers(here)
        return {
            "num_workers": num_workers,
            "persistent_workers": num_workers > 0,
            "worker_init_fn": leave_for_the_parent_only,
            "collate_fn": _unchanged,
            "pin_memory": torch.cuda.is_available(),
            # Its own: the seeds that a loader draws for its workers leave the global one alone.
            "generator": torch.Generator().manual_seed(self.seed),
        }


def _unchanged(batch: Any) -> Any:
    """Leave a batch as it is: an image set gives whole batches."""
    return batch
