"""Trainings that are killed end where the others do."""

import subprocess
import sys
from pathlib import Path

import pytest

from .processes import ROOT

TINY = [
    *("--image-size", "8", "--train-samples", "200", "--batch-size", "20"),
    *("--model", "custom", "--J", "1", "--octave-layers", "1", "--L", "4", "--channels", "6"),
]
DIGITS: list[str] = []  # the training of the digits as it is, with fewer epochs


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
@pytest.mark.parametrize(
    ("kills", "options"), [(3, TINY), pytest.param(30, DIGITS, marks=pytest.mark.slow)]
)
def test_killed_trainings_go_on_bit_for_bit(kills: int, options: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.training.kill", str(tmp_path), str(kills), "0"]
    result = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    print(last := result.stdout.splitlines()[-1])
    assert last.startswith(f"{kills} of {kills} equal")
