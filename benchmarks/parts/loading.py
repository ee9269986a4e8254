"""How many images one process reads, and how many the network takes meanwhile."""

import statistics
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from kymatio_learned.models import PRESETS

from ..results import Row
from ..session import Session
from ..subjects import learned_scattering
from ..subjects.loader import Decoder, Loader, by_pillow, by_the_package, draw_photographs
from ..tables import Table, milliseconds, times
from ..worker import Worker, working


class Case(NamedTuple):
    """Images, and the network that trains on them."""

    name: str
    dataset: str
    in_memory: bool
    n: int
    files: tuple[int, int] | None  # height and width of the files that are drawn
    size: int
    preset: str
    batch: int


CASES = (
    Case("digits, 32 x 32, in memory", "digits", True, 1437, None, 32, "small", 64),
    Case("folder, 32 x 32, in memory", "folder", True, 2000, (32, 32), 32, "small", 64),
    Case("folder, 32 x 32, from files", "folder", False, 2000, (32, 32), 32, "small", 64),
    Case("ImageNet, crops of 375 x 500", "imagenet", False, 64, (375, 500), 224, "imagenet", 4),
)
LEAST = 0.2  # seconds that reading is timed for
DECODERS = {"simplejpeg": by_the_package, "Pillow": by_pillow}


def measure(session: Session) -> list[Row]:
    """Return a row for each kind of images, loader and network, and for each decoder."""
    rows: list[Row] = []
    # One process that reads, one that trains, with one thing after the other.
    nothing = partial(Decoder, (), by_pillow)
    workers = {
        "loader": session.worker(nothing, threads=1),
        "network": session.worker(nothing),
    }
    with tempfile.TemporaryDirectory() as folder, working(workers):
        for case in CASES[:3] if session.quick else CASES:
            rows += _measure_case(session, case, Path(folder), workers)
        for case in CASES[2:3] if session.quick else CASES[2:]:
            rows += _measure_decoders(session, case, Path(folder), workers)
    return rows


def _tree(session: Session, case: Case, folder: Path) -> Path | None:
    if case.files is None:
        return None
    tree = folder / f"{case.files[0]}x{case.files[1]}"
    n = 16 if session.quick else case.n
    return tree if tree.exists() else draw_photographs(tree, n, case.files)


def _measure_case(
    session: Session, case: Case, folder: Path, workers: Mapping[str, Worker]
) -> list[Row]:
    tree = _tree(session, case, folder)
    batch = 8 if session.quick else case.batch
    in_channels = 1 if case.dataset == "digits" else 3
    config: dict[str, Any] = PRESETS[case.preset](in_channels=in_channels, n_classes=10).config
    workers["loader"].replace(
        partial(Loader, case.dataset, tree, case.size, in_memory=case.in_memory, batch=batch)
    )
    workers["network"].replace(partial(learned_scattering, config, batch))
    n_images = {"loader": workers["loader"].call("n_images"), "network": batch}
    rows: list[Row] = []
    for name, action in (("loader", "read"), ("network", "update")):
        seconds = session.seconds_in_turn({name: workers[name]}, action, 3, _least(session))
        rows.append(
            {
                "images": case.name,
                "preset": case.preset,
                "subject": name,
                "n_images": n_images[name],
                "seconds": seconds[name],
            }
        )
    return rows


def _measure_decoders(
    session: Session, case: Case, folder: Path, workers: Mapping[str, Worker]
) -> list[Row]:
    tree = _tree(session, case, folder)
    assert tree is not None
    paths = sorted(tree.glob("train/*/*.jpg"))[:64]
    decoders = dict(zip(DECODERS, workers.values(), strict=True))
    for name, worker in decoders.items():
        worker.replace(partial(Decoder, paths, DECODERS[name]))
    seconds = session.seconds_in_turn(decoders, "read", 3, _least(session))
    return [
        {"files": case.files, "subject": name, "n_images": len(paths), "seconds": seconds[name]}
        for name in decoders
    ]


def _least(session: Session) -> float:
    return 0.0 if session.quick else LEAST


def rates(rows: list[Row]) -> dict[tuple[str, str], dict[str, float]]:
    """Return images a second of loader and network, by images and preset."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows:
        if "images" in row:
            rate = row["n_images"] / statistics.median(row["seconds"])
            found.setdefault((row["images"], row["preset"]), {})[row["subject"]] = rate
    return found


def _three_digits(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.3g}"


def tables(rows: list[Row]) -> list[Table]:
    """Show the rates, and the time of decoding alone."""
    loading = [
        (
            images,
            _three_digits(rate["loader"]),
            preset,
            _three_digits(rate["network"]),
            times(rate["loader"] / rate["network"]),
        )
        for (images, preset), rate in rates(rows).items()
    ]
    columns = (
        "images",
        "read, images a second",
        "network",
        "trained on, images a second",
        "read over trained on",
    )
    decoding: dict[tuple[int, int], dict[str, float]] = {}
    for row in rows:
        if "files" in row:
            seconds = statistics.median(row["seconds"]) / row["n_images"]
            decoding.setdefault(tuple(row["files"]), {})[row["subject"]] = seconds
    lines = [
        (
            f"{height} x {width}",
            *(milliseconds(seconds[name]) for name in DECODERS),
            times(seconds["Pillow"] / seconds["simplejpeg"]),
        )
        for (height, width), seconds in decoding.items()
    ]
    names = ("JPEG file", "simplejpeg", "Pillow", "faster than Pillow")
    return [
        Table("Images that one process reads, and that the network trains on", columns, loading),
        Table("Milliseconds to decode a file", names, lines),
    ]
