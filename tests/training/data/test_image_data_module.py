"""Batches, as Lightning asks for them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image
from torch import nn

from kymatio_learned.training import ImageDataModule, ImageSplits, load_dataset
from kymatio_learned.training.data import ImageFiles, ImageTensor


def splits(n_train: int = 20, n_test: int = 7) -> ImageSplits:
    """Images that tell their index, in the value of all their pixels."""

    def images(n: int) -> ImageTensor:
        index = torch.arange(n)
        return ImageTensor(index.to(torch.uint8).view(n, 1, 1, 1).expand(n, 1, 16, 16), index % 2)

    return ImageSplits(images(n_train), images(n_test), ("a", "b"), (0.5,), (0.25,), flip=True)


def attach(data: ImageDataModule, **state: Any) -> ImageDataModule:
    """Give a module the state of a trainer."""
    defaults = {"training": True, "global_rank": 0, "world_size": 1, "num_devices": 1}
    parts = {
        "lightning_module": nn.Linear(1, 1),
        "fit_loop": SimpleNamespace(total_batch_idx=state.pop("batch", 0)),
    }
    data.trainer = SimpleNamespace(**{**defaults, **parts, **state})  # type: ignore[assignment]
    return data


def order(data: ImageDataModule, epoch: int) -> list[int]:
    loader = data.train_dataloader()
    loader.batch_sampler.sampler.set_epoch(epoch)  # type: ignore[union-attr]
    return [int(image[0, 0, 0]) for images, _ in loader for image in images]


def test_an_epoch_has_each_training_image_at_most_once_and_whole_batches() -> None:
    seen = order(ImageDataModule(splits(20), batch_size=8), epoch=0)
    assert len(seen) == len(set(seen)) == 16


def test_a_set_smaller_than_a_batch_is_one_batch() -> None:
    assert sorted(order(ImageDataModule(splits(5), batch_size=8), epoch=0)) == list(range(5))


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    first, again, other = (ImageDataModule(splits(), batch_size=4, seed=s) for s in (1, 1, 2))
    assert order(first, 3) == order(again, 3)
    assert order(first, 3) != order(first, 4)
    assert order(first, 3) != order(other, 3)


def test_every_test_image_comes_once() -> None:
    loader = ImageDataModule(splits(), batch_size=3).test_dataloader()
    assert [int(i[0, 0, 0]) for images, _ in loader for i in images] == list(range(7))


# From Python 3.12, a fork of a process that has threads warns; PyTorch's workers are such forks.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_workers_give_the_same_batches() -> None:
    alone, helped = (ImageDataModule(splits(), batch_size=4, num_workers=n) for n in (0, 1))
    assert order(alone, epoch=2) == order(helped, epoch=2)


# The machine of the test has fewer cores.
@pytest.mark.filterwarnings("ignore:This DataLoader will create")
def test_processes_of_a_machine_divide_its_cores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    files = ImageFiles([str(tmp_path / "a.png")], torch.zeros(1).long(), (3, 8, 8))
    images = ImageSplits(files, files, ("a", "b"), (0.5,) * 3, (0.5,) * 3, flip=True)
    monkeypatch.setattr("lightning_fabric.utilities.data._num_cpus_available", lambda: 32)
    # Two machines with four devices each: a core of every share is left to the training.
    data = attach(ImageDataModule(images), world_size=8, num_devices=4)
    assert data.train_dataloader().num_workers == 32 // 4 - 1
    assert attach(ImageDataModule(splits()), world_size=8).train_dataloader().num_workers == 0


def test_processes_divide_the_images() -> None:
    parts = [
        attach(ImageDataModule(splits(20, 7), batch_size=2), world_size=2, global_rank=rank)
        for rank in (0, 1)
    ]
    train, test = ([] for _ in range(2))
    for part in parts:
        train += order(part, epoch=0)
        test += [int(i[0, 0, 0]) for images, _ in part.val_dataloader() for i in images]
    assert sorted(train) == list(range(20))
    assert sorted(test) == list(range(7))


def test_bytes_become_normalised_numbers() -> None:
    data = attach(ImageDataModule(splits()), training=False)
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).view(3, 1, 1, 1)
    result, labels = data.on_after_batch_transfer((images, torch.arange(3)), 0)
    torch.testing.assert_close(result.flatten(), torch.tensor([-2.0, -1.2, 2.0]))
    assert labels.tolist() == [0, 1, 2]


def test_images_take_the_type_of_the_network() -> None:
    data = attach(ImageDataModule(splits()), lightning_module=nn.Linear(1, 1).double())
    images, _ = data.on_after_batch_transfer(data.splits.train.__getitems__([0]), 0)
    assert images.dtype == torch.float64


def test_augmentation_changes_training_images_only_and_stays_in_range() -> None:
    data = ImageDataModule(load_dataset("digits"), batch_size=32)
    batch = data.splits.train.__getitems__(range(32))
    plain = data.normalised(batch[0])
    train, _ = attach(data).on_after_batch_transfer(batch, 0)
    test, _ = attach(data, training=False).on_after_batch_transfer(batch, 0)
    assert train.shape == plain.shape
    assert not torch.equal(train, plain)
    assert torch.equal(test, plain)
    assert plain.min() <= train.min()
    assert train.max() <= plain.max()
    unchanged = ImageDataModule(data.splits, augment=False)
    train, _ = attach(unchanged).on_after_batch_transfer(batch, 0)
    assert torch.equal(train, plain)


def test_augmentation_depends_on_seed_batch_and_process() -> None:
    batch = load_dataset("digits").train.__getitems__(range(32))

    def augmented(seed: int, **state: int) -> torch.Tensor:
        data = attach(ImageDataModule(load_dataset("digits"), seed=seed), **state)
        return data.on_after_batch_transfer(batch, 0)[0]

    first = augmented(1, batch=5)
    assert torch.equal(first, augmented(1, batch=5))
    for other in (
        augmented(2, batch=5),
        augmented(1, batch=6),
        augmented(1, batch=5, global_rank=1),
    ):
        assert not torch.equal(first, other)


def test_wrong_options_are_refused() -> None:
    with pytest.raises(ValueError, match="batch size of at least 1, got 0"):
        ImageDataModule(splits(), batch_size=0)
    with pytest.raises(ValueError, match="workers of at least 0, got -1"):
        ImageDataModule(splits(), num_workers=-1)
