"""Files of results, each with what is needed to repeat it."""

import json
import os
import platform
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from kymatio_learned.training.atomic import atomic_write

ROOT = Path(__file__).parents[1]
PACKAGES = ("kymatio_learned", "kymatio", "torch", "numpy", "scipy")

Row = dict[str, Any]
Results = dict[str, Any]  # "rows", and what `circumstances` returns


def circumstances(command: str, device: str) -> dict[str, Any]:
    """Return what stands beside every number: command, date, commit, device and versions."""
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    return {
        "command": command,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "commit": commit(),
        "device": torch.cuda.get_device_name() if device == "cuda" else cpu_name(),
        "versions": versions,
    }


def commit() -> str:
    """Return the commit of the code, with "-dirty" where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def cpu_name() -> str:
    """Return the processor, its instructions that PyTorch uses, and the number of cores."""
    name, information = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    if information.exists():
        fields = (line.partition(":") for line in information.read_text().splitlines())
        name = next((value.strip() for key, _, value in fields if "model name" in key), name)
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}, {os.cpu_count()} cores"


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
