"""A loader that knows how far it is in an epoch."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from torch.utils.data import BatchSampler, DataLoader, DistributedSampler

from .image_set import Batch, ImageSet


class ResumableLoader(DataLoader[Batch]):
    """Load the training batches, from where a checkpoint within an epoch was saved.

    Lightning saves and restores the loaders that have ``state_dict`` and ``load_state_dict``. The
    order of the images follows from the sampler's seed and epoch alone, so the number of batches
    given is all that there is to know, whatever the number of workers; the batches before are not
    read again.

    Parameters
    ----------
    images
        The images.
    sampler
        Their order.
    batch_size, drop_last, **options
        See ``torch.utils.data.DataLoader``.
    """

    def __init__(
        self,
        images: ImageSet,
        sampler: DistributedSampler[Batch],
        *,
        batch_size: int,
        drop_last: bool,
        **options: Any,
    ) -> None:
        uses = len(images) if images.randomly_cropped else 0
        self._batches = _LaterBatches(sampler, batch_size, drop_last, uses)
        self._given = 0
        super().__init__(images, batch_sampler=self._batches, **options)

    def __iter__(self) -> Iterator[Batch]:  # type: ignore[override]  # a generator is enough
        # A generator: nothing is read before Lightning has told the sampler the epoch.
        self._given = self._batches.begin
        for batch in super().__iter__():
            self._given += 1
            yield batch

    def state_dict(self) -> dict[str, int]:
        """Give the epoch, and the number of its batches that were given."""
        return {"epoch": self._batches.order.epoch, "batches": self._given}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Begin that epoch after so many batches."""
        self._batches.later = (state_dict["epoch"], state_dict["batches"])


class _LaterBatches(BatchSampler):
    """Leave out the first batches of an epoch; count samples on from epoch to epoch if asked to."""

    def __init__(
        self,
        order: DistributedSampler[Batch],
        batch_size: int,
        drop_last: bool,
        samples_an_epoch: int,
    ) -> None:
        super().__init__(order, batch_size, drop_last)  # type: ignore[arg-type]  # gives int
        self.order = order
        self.samples_an_epoch = samples_an_epoch
        self.later = (0, 0)

    @property
    def begin(self) -> int:
        epoch, batches = self.later
        return batches if epoch == self.order.epoch else 0

    def __iter__(self) -> Iterator[list[int]]:
        first = self.order.epoch * self.samples_an_epoch
        for batch in islice(super().__iter__(), self.begin, None):
            yield [first + index for index in batch]
