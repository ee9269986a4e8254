"""A page that compares two runs."""

from pathlib import Path

import pytest

from kymatio_learned.training.report.__main__ import main

from .written_run import write_run


@pytest.fixture
def page(tmp_path: Path) -> Path:
    runs = [
        write_run(tmp_path / "runs" / "slow", 0.1, 0.9321),
        write_run(tmp_path / "runs" / "<fast & wrong>", 0.5, None, epochs=2),
    ]
    assert main([*map(str, runs), "--output-dir", str(tmp_path / "report")]) == 0
    return tmp_path / "report" / "index.html"
