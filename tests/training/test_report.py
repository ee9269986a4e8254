"""The page that compares runs."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kymatio_learned.training.report.__main__ import main

BROWSER = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
COLOURS = ((31, 119, 180), (255, 127, 14))  # of the first two lines that matplotlib draws


def write_run(path: Path, lr: float, accuracy: float | None, epochs: int = 4) -> Path:
    """Write the files of a run with curves that are easy to tell apart."""
    path.mkdir(parents=True)
    config = {
        "data": {"dataset": "digits"},
        "optimisation": {"lr": lr},
        "run": {"epochs": epochs, "command": f"train --lr {lr}"},
        "model": {"channels": [2, 3]},
        "given": {"lr": lr},
    }
    (path / "config.json").write_text(json.dumps(config))
    names = "epoch,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,seconds"
    lines = [
        f"{e},{lr},{1 / e},{0.5 + lr},{2 / e},{'' if e == 2 else lr},1.5"
        for e in range(1, epochs + 1)
    ]
    (path / "metrics.csv").write_text("\n".join([names, *lines]) + "\n")
    if accuracy is not None:
        results = {
            "accuracy": accuracy,
            "loss": 0.25,
            "best_accuracy": accuracy,
            "best_epoch": 3,
            "parameters": 1234,
            "device": "1 x cpu",
        }
        (path / "results.json").write_text(json.dumps(results))
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    runs = [
        write_run(tmp_path / "runs" / "slow", 0.1, 0.9321),
        write_run(tmp_path / "runs" / "<fast & wrong>", 0.5, None, epochs=2),
    ]
    assert main([*map(str, runs), "--output-dir", str(tmp_path / "report")]) == 0
    return tmp_path / "report" / "index.html"


def test_the_page_has_scores_and_differing_settings(page: Path) -> None:
    text = page.read_text()
    rows = [
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)
    ]
    assert rows[1] == ["slow", "93.21%", "93.21%", "3", "0.2500", "4", "6.0", "1,234", "1 x cpu"]
    assert rows[2][0] == "&lt;fast &amp; wrong&gt; (not finished)"
    assert rows[3] == ["setting", "slow", "&lt;fast &amp; wrong&gt;"]
    assert rows[4:] == [["optimisation.lr", "0.1", "0.5"], ["run.epochs", "4", "2"]]


def test_the_page_needs_no_network_and_no_script(page: Path) -> None:
    text = page.read_text()
    assert "://" not in text
    assert "<script" not in text
    pictures = set(re.findall(r'src="([^"]+)"', text))
    names = ("accuracy", "loss", "learning_rate", "seconds", "memory")
    assert pictures == {f"{name}.png" for name in names}
    assert {path.name for path in page.parent.iterdir()} == pictures | {"index.html"}


def browse(page: Path, folder: Path) -> tuple[NDArray[np.int64], str]:
    """Open a page in a browser, and give what it shows and what it says."""
    assert BROWSER is not None
    picture = folder / "screen.png"
    result = subprocess.run(
        [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--enable-logging=stderr", f"--user-data-dir={folder / 'profile'}"),
            *("--window-size=1200,1500", f"--screenshot={picture}", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    return np.asarray(Image.open(picture).convert("RGB")).astype(np.int64), result.stderr


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_shows_the_page_without_complaint(page: Path, tmp_path: Path) -> None:
    pixels, messages = browse(page, tmp_path)
    assert "CONSOLE" not in messages
    # The lines of both runs are there, so the pictures are, and the text above them.
    for colour in COLOURS:
        assert (np.abs(pixels - colour).sum(axis=2) < 12).sum() > 200
    assert (pixels[:200].sum(axis=2) < 200).sum() > 200


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_would_complain(tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text("<img src='missing.png'><script>missing()</script>")
    assert "missing is not defined" in browse(page, tmp_path)[1]


def test_what_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = write_run(tmp_path / "broken", 0.1, 0.5)
    (broken / "metrics.csv").write_text("epoch,seconds\none,two\n")
    cases = {str(tmp_path / "none"): "expected a run folder", str(broken): "cannot be read"}
    for path, message in cases.items():
        with pytest.raises(SystemExit) as stop:
            main([path, "--output-dir", str(tmp_path / "report")])
        assert stop.value.code == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "report").exists()
