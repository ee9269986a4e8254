"""Data sets by name."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torchvision
from sklearn.datasets import load_digits

from kymatio_learned.training import load_dataset
from kymatio_learned.training.data.statistics import mean_and_std


def test_digits_are_enlarged_and_split_in_proportion() -> None:
    splits = load_dataset("digits")
    assert splits.train.shape == splits.test.shape == (1, 32, 32)
    assert (len(splits.train), len(splits.test)) == (1437, 360)
    train, test = (np.bincount(images.labels) for images in (splits.train, splits.test))
    np.testing.assert_array_equal(train + test, np.bincount(load_digits().target))
    assert np.ptp(test) <= 2
    assert not splits.flip


def test_digits_at_their_own_size_are_those_of_scikit_learn() -> None:
    splits = load_dataset("digits", image_size=8)
    ours = np.concatenate([s.images(range(len(s))) for s in (splits.train, splits.test)])
    theirs = np.round(load_digits().images * 255 / 16).astype(np.uint8)
    assert sorted(map(bytes, ours)) == sorted(map(bytes, theirs))


def test_the_digits_normalisation_is_measured_on_the_training_images() -> None:
    splits = load_dataset("digits")
    pixels = splits.train.images(range(len(splits.train))).double() / 255
    assert splits.mean == pytest.approx((pixels.mean().item(),), abs=1e-6)
    assert splits.std == pytest.approx((pixels.std(correction=0).item(),), abs=1e-6)


def test_a_constant_channel_can_be_normalised() -> None:
    images = load_dataset("digits").train.images([0]).fill_(51)
    mean, std = mean_and_std(images)
    assert mean == pytest.approx((0.2,))
    assert std == (1.0,)


def test_a_subset_leaves_the_test_images_alone() -> None:
    splits = load_dataset("digits", train_samples=20)
    assert np.bincount(splits.train.labels).tolist() == [2] * 10
    assert len(splits.test) == 360


def idx(array: np.ndarray) -> bytes:
    """Encode an array of bytes as the files of MNIST do."""
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def test_mnist_is_read_from_its_files(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)
    labels = np.arange(12, dtype=np.uint8) % 10
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("train", "t10k"):
        (raw / f"{name}-images-idx3-ubyte").write_bytes(idx(images))
        (raw / f"{name}-labels-idx1-ubyte").write_bytes(idx(labels))
    splits = load_dataset("mnist", data_dir=tmp_path)
    np.testing.assert_array_equal(splits.train.images(range(12)), images[:, None])
    np.testing.assert_array_equal(splits.test.labels, labels)
    assert len(splits.classes) == 10
    assert load_dataset("mnist", data_dir=tmp_path, image_size=32).test.shape == (1, 32, 32)


def test_cifar10_is_read_from_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 3072), dtype=np.uint8)
    cifar = torchvision.datasets.CIFAR10
    folder = tmp_path / cifar.base_folder
    folder.mkdir()
    batch = pickle.dumps({"data": pixels, "labels": [0, 1]}, protocol=2)
    for name in ("train", "test"):
        (folder / name).write_bytes(batch)
        monkeypatch.setattr(cifar, f"{name}_list", [[name, None]])
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": ["cat", "dog"]}))
    monkeypatch.setattr(cifar, "meta", {**cifar.meta, "md5": None})
    splits = load_dataset("cifar10", data_dir=tmp_path)
    np.testing.assert_array_equal(splits.train.images([0, 1]), pixels.reshape(2, 3, 32, 32))
    assert splits.classes == ("cat", "dog")
    assert splits.flip


@pytest.mark.parametrize("name", ["cifar10", "cifar100", "mnist"])
def test_a_folder_without_the_data_set_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=rf"(?i)expected {name}, .* in .*{tmp_path.name}"):
        load_dataset(name, data_dir=tmp_path)


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"among digits, .*, imagenet, got 'svhn'"):
        load_dataset("svhn")
    with pytest.raises(ValueError, match="image size of at least 1, got 0"):
        load_dataset("digits", image_size=0)
    with pytest.raises(ValueError, match="expected no data folder"):
        load_dataset("digits", data_dir=tmp_path)
