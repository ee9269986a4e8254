"""The page in a real browser."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
COLOURS = ((31, 119, 180), (255, 127, 14))  # of the first two lines that matplotlib draws
QUIET = [
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-default-apps", "--disable-extensions"),
]
# What the log of the network has for requests of the browser itself, which asks for updates.
NO_PAGE = "not an origin"

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")


@dataclass
class Visit:
    """What a browser showed, said, and asked the network for."""

    pixels: NDArray[np.int64]
    console: list[str]
    requests: list[str]


def visit(page: Path, folder: Path) -> Visit:
    """Open a page in a browser that reaches no network: its proxy is a port where nobody is."""
    assert BROWSER is not None
    picture, log = folder / "screen.png", folder / "network.json"
    result = subprocess.run(
        [
            *(BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(*QUIET, f"--user-data-dir={folder / 'profile'}"),
            *("--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>"),
            *("--enable-logging=stderr", "--v=0", f"--log-net-log={log}"),
            *("--window-size=1200,3600", f"--screenshot={picture}", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    events = [event.get("params", {}) for event in json.loads(log.read_text())["events"]]
    of_the_page = [e for e in events if e.get("initiator", NO_PAGE) != NO_PAGE]
    return Visit(
        pixels=np.asarray(Image.open(picture).convert("RGB")).astype(np.int64),
        console=[line for line in result.stderr.splitlines() if "CONSOLE" in line],
        requests=[event["url"] for event in of_the_page if "url" in event],
    )


def count(pixels: NDArray[np.int64], colour: tuple[int, ...]) -> int:
    return int((np.abs(pixels - colour).sum(axis=-1) < 12).sum())


def test_the_page_is_shown_as_it_was_drawn(page: Path, tmp_path: Path) -> None:
    seen = visit(page, tmp_path)
    pictures = [
        np.asarray(Image.open(path).convert("RGB")).astype(np.int64)
        for path in page.parent.glob("*.png")
    ]
    assert len(pictures) == 5
    # Each line of each picture is on the screen: a missing picture would be missed here.
    for colour in COLOURS:
        drawn = sum(count(picture, colour) for picture in pictures)
        assert drawn > 1000
        assert count(seen.pixels, colour) == pytest.approx(drawn, rel=0.01)
    assert (seen.pixels[:200].sum(axis=2) < 200).sum() > 200  # the text above them


def test_the_page_asks_for_nothing_and_has_no_errors(page: Path, tmp_path: Path) -> None:
    seen = visit(page, tmp_path)
    assert seen.console == []
    assert seen.requests == []


def test_errors_and_requests_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text(
        "<img src='http://example.org/a.png'><link rel=stylesheet href='https://example.org/b.css'>"
        "<script>missing()</script>"
    )
    seen = visit(page, tmp_path)
    assert any("missing is not defined" in line for line in seen.console)
    for url in ("http://example.org/a.png", "https://example.org/b.css"):
        assert url in seen.requests
