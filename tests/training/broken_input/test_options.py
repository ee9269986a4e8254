"""Options that cannot be followed: one line, and nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from .commands import DIGITS, FOLDER, assert_refused, nothing, run_main


def write(name: str, text: str) -> Callable[[Path], object]:
    return lambda tree: (tree / name).write_text(text)


def pickled(tree: Path) -> None:
    torch.save({"state_dict": {}, "print": print}, tree / "pickled")


# Kind: what is put into a tree of images, the command, what the error says.
ERRORS: dict[str, tuple[Callable[[Path], object], list[str], str]] = {
    "file of classes missing": (nothing, [*FOLDER, "--classes", "TREE/none"], "expected --classes"),
    "file of classes is an image": (
        nothing,
        [*FOLDER, "--classes", "TREE/train/dog/1.jpg"],
        "a file with a class a line",
    ),
    "file of unknown classes": (
        write("classes", "cat\nunicorn\n"),
        [*FOLDER, "--classes", "TREE/classes"],
        "expected classes of the data set, got unicorn",
    ),
    "file of one class": (
        write("classes", "cat\n"),
        [*FOLDER, "--classes", "TREE/classes"],
        "expected at least 2 classes",
    ),
    "class named twice": (
        write("classes", "cat\ndog\ncat\n"),
        [*FOLDER, "--classes", "TREE/classes"],
        "expected each class once",
    ),
    "more classes than there are": (nothing, [*FOLDER, "--classes", "3"], "at most 2 classes"),
    "more images than there are": (nothing, [*FOLDER, "--train-samples", "9"], "got 9"),
    "images smaller than the scale": (
        nothing,
        [*FOLDER, "--image-size", "1"],
        "at least 2 x 2 pixels",
    ),
    "images larger than the memory": (
        nothing,
        [*FOLDER, "--dataset", "imagenet", "--image-size", "3000000"],
        "not enough memory",
    ),
    "more devices than there are": (nothing, [*DIGITS, "--devices", "4096"], "got 4096"),
    "part to freeze that does not exist": (nothing, [*DIGITS, "--freeze", "7"], "got 7"),
    "everything frozen": (
        nothing,
        [*DIGITS, "--freeze", "0", "classifier"],
        "expected a part that learns",
    ),
    "weights that do not exist": (nothing, [*DIGITS, "--weights", "TREE/none"], "found none"),
    "weights that are an image": (
        nothing,
        [*DIGITS, "--weights", "TREE/train/dog/1.jpg"],
        "1.jpg is damaged",
    ),
    "weights that would run code": (
        pickled,
        [*DIGITS, "--weights", "TREE/pickled"],
        "could run code when it is read",
    ),
    "learning rate that is far too large": (nothing, [*DIGITS, "--lr", "1e38"], "not finite"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_what_cannot_be_done_is_refused(
    kind: str, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it, command, message = ERRORS[kind]
    break_it(tree)
    argv = [option.replace("TREE", str(tree)) for option in command]
    result = run_main([*argv, "--output-dir", str(tmp_path / "run")], capsys)
    assert_refused(*result, message.replace("TREE", str(tree)), tmp_path)
