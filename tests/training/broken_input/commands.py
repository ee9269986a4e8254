"""What the tests of broken input share: a short training, and what its error must look like."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kymatio_learned.training import main
from kymatio_learned.training.atomic import UNFINISHED

NETWORK = ["--model", "custom", "--J", "1", "--octave-layers", "1", "--L", "4", "--channels", "2"]
SHORT = [*NETWORK, "--batch-size", "4", "--epochs", "1", "--num-workers", "0"]
FOLDER = [*SHORT, "--dataset", "folder", "--data-dir", "TREE", "--image-size", "8"]
DIGITS = [*SHORT, "--dataset", "digits", "--train-samples", "20", "--image-size", "8"]


def image_bytes(mode: str = "RGB", size: int = 12, form: str = "JPEG") -> bytes:
    """Encode an image of noise."""
    pixels = np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, form)
    return buffer.getvalue()


def nothing(path: Path) -> None:
    """Leave everything as it is: the options are what is wrong."""


def run_main(argv: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run the command, and give its status and what it printed."""
    capsys.readouterr()
    try:
        status = main(argv)
    except SystemExit as stop:
        status = int(stop.code or 0)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def assert_refused(status: int, output: str, error: str, message: str, folder: Path) -> None:
    """Check for a status, one line, and no unfinished file anywhere in a folder."""
    assert status != 0
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert message in error
    assert "Traceback" not in output + error
    assert not [path for path in folder.rglob("*") if UNFINISHED in path.name]
    assert not list(folder.rglob("results.json"))
