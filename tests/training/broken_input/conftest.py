"""What is broken: a small tree of images, and a run."""

import shutil
from pathlib import Path

import pytest

from kymatio_learned.training import main

from .commands import DIGITS, image_bytes

FIGURES = "kymatio_learned.training.outcome.write_figures"


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FIGURES, lambda *args: None)  # they take longer than these runs


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("drawn")
    for split, n in (("train", 4), ("val", 2)):
        for name in ("cat", "dog"):
            for k in range(n):
                path = root / split / name / f"{k}.jpg"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(image_bytes())
    return root


@pytest.fixture
def tree(drawn: Path, tmp_path: Path) -> Path:
    """Give a tree of images that may be broken."""
    return Path(shutil.copytree(drawn, tmp_path / "tree"))


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a run that can be made longer."""
    run = tmp_path_factory.mktemp("finished") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FIGURES, lambda *args: None)
        options = ["--schedule", "step", "--epochs", "2", "--output-dir", str(run)]
        assert main([*DIGITS, *options]) == 0
    (run / "results.json").unlink()
    return run


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """Give a run that may be broken."""
    return Path(shutil.copytree(finished, tmp_path / "run"))
