"""Image folders."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kymatio_learned.training.data import load_dataset, load_folder


def draw(path: Path, size: tuple[int, int] = (12, 8), value: int | Sequence[int] = 0) -> None:
    """Write an image of one colour; size is (width, height), as Pillow has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "L" if isinstance(value, int) else "RGB"
    Image.new(mode, size, value if isinstance(value, int) else tuple(value)).save(path)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for split, n in (("train", 3), ("test", 2)):
        for label, name in enumerate(("cat", "dog")):
            for k in range(n):
                draw(tmp_path / split / name / f"{k}.png", value=(10 * label, k, 255))
    return tmp_path


def test_a_tree_gives_its_images_and_classes(tree: Path) -> None:
    splits = load_dataset("folder", data_dir=tree)
    assert splits.classes == ("cat", "dog")
    assert splits.train.shape == splits.test.shape == (3, 8, 12)
    assert splits.train.labels.tolist() == [0, 0, 0, 1, 1, 1]
    assert splits.test.labels.tolist() == [0, 0, 1, 1]
    expected = [[0, 0, 255], [0, 1, 255], [10, 0, 255], [10, 1, 255]]
    assert splits.test.images(range(4))[:, :, 3, 5].tolist() == expected


def test_val_stands_for_test(tree: Path) -> None:
    (tree / "test").rename(tree / "val")
    assert len(load_folder(tree).test) == 4


def test_files_are_read_when_they_are_asked_for(tree: Path) -> None:
    lazy = load_dataset("folder", data_dir=tree, in_memory=False)
    eager = load_dataset("folder", data_dir=tree)
    indices = [5, 0, 3]
    np.testing.assert_array_equal(lazy.train.images(indices), eager.train.images(indices))
    (tree / "train" / "dog" / "2.png").unlink()
    assert len(eager.train.images(indices)) == 3
    with pytest.raises(FileNotFoundError, match="dog"):
        lazy.train.images(indices)


def test_grey_images_have_one_channel_and_their_own_normalisation(tmp_path: Path) -> None:
    draw(tmp_path / "train" / "a" / "0.png", value=0)
    draw(tmp_path / "train" / "b" / "0.png", value=255)
    draw(tmp_path / "test" / "b" / "0.png", value=255)
    splits = load_folder(tmp_path)
    assert splits.train.shape == (1, 8, 12)
    assert (splits.mean, splits.std) == ((0.5,), (0.5,))


def test_images_of_another_size_are_resized_and_cropped_about_the_centre(tree: Path) -> None:
    wide = Image.new("RGB", (40, 10), (0, 0, 0))
    wide.paste((200, 200, 200), (15, 0, 25, 10))  # the middle 10x10
    wide.save(tree / "train" / "cat" / "0.png")
    splits = load_dataset("folder", data_dir=tree, image_size=10)
    assert splits.train.shape == (3, 10, 10)
    assert splits.train.images([0]).unique().tolist() == [200]


def empty(path: Path) -> None:
    for file in path.rglob("*.png"):
        file.unlink()


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda tree: (tree / "train").rename(tree / "training"), r"train/ and test/ .*training"),
        (lambda tree: (tree / "test").rename(tree / "testing"), r"train/ and test/ .*testing"),
        (lambda tree: draw(tree / "test" / "cow" / "0.png"), r"got also \['cow'\]"),
        (lambda tree: empty(tree / "train" / "dog"), r"of every class .* none of \['dog'\]"),
        (lambda tree: empty(tree / "train"), r"images in .*train.*found cat, dog"),
        (lambda tree: empty(tree / "test"), r"images in .*test.*found cat, dog"),
        (lambda tree: (tree / "test" / "notes").mkdir(), r"got also \['notes'\]"),
    ],
    ids=["no train", "no test", "new class", "empty class", "empty train", "empty test", "notes"],
)
def test_a_wrong_tree_is_refused(
    tree: Path, break_it: Callable[[Path], object], message: str
) -> None:
    break_it(tree)
    with pytest.raises(ValueError, match=message):
        load_folder(tree)


def test_no_folder_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a data folder"):
        load_folder(None)
    with pytest.raises(ValueError, match=r"found none at .*missing"):
        load_folder(tmp_path / "missing")
    with pytest.raises(ValueError, match="found nothing"):
        load_folder(tmp_path)
