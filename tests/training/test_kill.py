"""Trainings that are killed end where the others do."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
@pytest.mark.parametrize("kills", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_killed_trainings_go_on_bit_for_bit(kills: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.training.kill", str(tmp_path), str(kills), "0"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    print(last := result.stdout.splitlines()[-1])
    assert last.startswith(f"{kills} of {kills} equal")
