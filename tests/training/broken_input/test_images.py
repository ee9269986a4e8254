"""Images and folders of images that are broken or unusual.

Each row of the tables is one kind. What is broken gives one line on the error stream and a status
that is not 0; what is unusual is trained on.
"""

import json
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .commands import FOLDER, SHORT, assert_refused, image_bytes, nothing, run_main

# Read at every use, and in another crop each time; FOLDER reads all images at the start.
IMAGENET = [*SHORT, "--dataset", "imagenet", "--data-dir", "TREE", "--image-size", "8"]
ONE = "train/dog/1.jpg"
NEW = "train/dog/9.png"
CUT_OFF = image_bytes()[:-200]


def png_of(width: int, height: int) -> bytes:
    """Write the header of a PNG file, and nothing of its pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header) - 4) + header + checksum


def put(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda tree: (tree / name).write_bytes(content)


def dangling_link(tree: Path) -> None:
    (tree / ONE).unlink()
    (tree / ONE).symlink_to("nowhere.jpg")


def empty(*names: str) -> Callable[[Path], None]:
    def remove(tree: Path) -> None:
        for name in names:
            for path in (tree / name).iterdir():
                path.unlink()

    return remove


def move(before: str, after: str) -> Callable[[Path], object]:
    return lambda tree: (tree / before).rename(tree / after)


def make(name: str) -> Callable[[Path], None]:
    return lambda tree: (tree / name).mkdir()


def sixteen_bits(tree: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 2**16, (12, 12), dtype=np.uint16)
    Image.fromarray(pixels).save(tree / NEW)


def palette(tree: Path) -> None:
    with Image.open(tree / ONE) as image:
        image.convert("P").save(tree / NEW, transparency=bytes(range(256)))


# Kind: how the tree is broken, the command, what the error says.
ERRORS: dict[str, tuple[Callable[[Path], object], list[str], str]] = {
    "image cut off": (put(ONE, CUT_OFF), FOLDER, "1.jpg cannot be read as an image"),
    "image cut off, read while training": (put(ONE, CUT_OFF), IMAGENET, "1.jpg cannot be read"),
    "image cut off, read by a worker": (
        put(ONE, CUT_OFF),
        [*IMAGENET, "--num-workers", "1"],
        "1.jpg cannot be read",
    ),
    "test image cut off": (put("val/cat/1.jpg", CUT_OFF), IMAGENET, "1.jpg cannot be read"),
    "garbage in an image": (put(ONE, CUT_OFF[:20] + b"?" * 500), FOLDER, "1.jpg cannot be read"),
    "text with the name of an image": (put(ONE, b"hello"), FOLDER, "1.jpg cannot be read"),
    "empty image file": (put(ONE, b""), FOLDER, "1.jpg cannot be read"),
    "first image is none": (put("train/cat/0.jpg", b"hello"), FOLDER, "0.jpg cannot be read"),
    "PNG cut off": (put(NEW, image_bytes(form="PNG")[:-100]), FOLDER, "9.png cannot be read"),
    "PNG that would take 10 GB": (put(NEW, png_of(60000, 60000)), FOLDER, "9.png cannot be read"),
    "dangling link": (dangling_link, FOLDER, "No such file or directory: 'TREE/" + ONE),
    "empty class folder": (empty("train/dog"), FOLDER, "every class in TREE/train, found none of"),
    "no test image at all": (empty("val/cat", "val/dog"), FOLDER, "expected images in TREE/val"),
    "class in test but not in train": (make("val/cow"), FOLDER, "got also ['cow']"),
    "no training folder": (move("train", "tr"), FOLDER, "expected the folders train/ and test/"),
    "no test folder": (move("val", "v"), FOLDER, "expected the folders train/ and test/"),
    "no data folder": (shutil.rmtree, FOLDER, "expected a data folder, found none at TREE"),
    "data folder is a file": (
        nothing,
        [*FOLDER, "--data-dir", "TREE/" + ONE],
        "expected a data folder, found none at TREE/" + ONE,
    ),
}

# Kind: how the tree is broken, the command.
FALLBACKS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "grey image among colours": (put(ONE, image_bytes("L")), FOLDER),
    "RGBA image": (put(NEW, image_bytes("RGBA", form="PNG")), FOLDER),
    "CMYK image": (put(ONE, image_bytes("CMYK")), FOLDER),
    "16 bits a pixel": (sixteen_bits, FOLDER),
    "palette with transparency": (palette, FOLDER),
    "PNG with the name of a JPEG": (put(ONE, image_bytes(form="PNG")), FOLDER),
    "one image of another size": (put(ONE, image_bytes(size=31)), FOLDER),
    "one image of one pixel": (put(ONE, image_bytes(size=1)), IMAGENET),
    "other files among images": (put("train/dog/notes.txt", b"hello"), FOLDER),
    "folder with the name of an image": (make("train/dog/folder.jpg"), FOLDER),
    "class without test images": (empty("val/dog"), FOLDER),
}


# From Python 3.12, a fork of a process that has threads warns; PyTorch's workers are such forks.
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("kind", ERRORS)
def test_broken_images_are_refused(
    kind: str, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it, command, message = ERRORS[kind]
    break_it(tree)
    argv = [option.replace("TREE", str(tree)) for option in command]
    result = run_main([*argv, "--output-dir", str(tmp_path / "run")], capsys)
    assert_refused(*result, message.replace("TREE", str(tree)), tmp_path)


@pytest.mark.parametrize("kind", FALLBACKS)
def test_unusual_images_are_read(
    kind: str, tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it, command = FALLBACKS[kind]
    break_it(tree)
    argv = [option.replace("TREE", str(tree)) for option in command]
    status, _, error = run_main([*argv, "--output-dir", str(tmp_path / "run")], capsys)
    assert (status, error) == (0, "")
    assert json.loads((tmp_path / "run" / "results.json").read_text())["epochs"] == 1
