"""Files of results, each with what is needed to repeat it."""

import json
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from kymatio_learned.training.atomic import atomic_write

ROOT = Path(__file__).parents[1]
PACKAGES = ("kymatio_learned", "kymatio", "torch", "numpy", "scipy")

Row = dict[str, Any]
Results = dict[str, Any]  # "rows", and what `circumstances` returns


def write(folder: Path, name: str, results: Results) -> None:
    """Write a file in one piece."""
    with atomic_write(folder / f"{name}.json") as path:
        path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def write_figure(folder: Path, name: str, figure: Figure) -> None:
    """Write a picture in one piece."""
    with atomic_write(folder / f"{name}.png") as path:
        figure.savefig(path, dpi=80)


def read(folder: Path, name: str) -> Results | None:
    """Read a file, or return None where there is none."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def rounds(rows: list[Row]) -> list[int]:
    """Return how often things were timed: the lengths of the lists of seconds."""
    return sorted({len(v) for row in rows for v in row.values() if isinstance(v, list)})


def caption(results: Results) -> str:
    """Return what is needed to repeat results, in a sentence."""
    n = " or ".join(map(str, results["n"]))
    packages = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    tiny = "Tiny sizes, not a measurement: " if results["quick"] else ""
    return (
        f"{tiny}``{results['command']}``{f', median of {n}' if n else ''}, {results['device']}, "
        f"{results['threads']} threads, {packages}, commit {results['commit']}, {results['date']}."
    )
