"""Run the parts that were asked for, write their results, and print their tables."""

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from kymatio_learned.training.circumstances import circumstances

from .parts import MINUTES
from .results import PACKAGES, ROOT, rounds, write, write_figure
from .session import Session

RESULTS = ROOT / "benchmarks" / "results"
QUICK_RESULTS = ROOT / "runs" / "benchmarks"


def run(
    parts: Mapping[str, ModuleType],
    names: Iterable[str],
    session: Session,
    output: Path | None,
    command: str,
) -> Path:
    """Measure the parts of these names, and return the folder of the results.

    Each part has its time, unless a number of rounds is asked for, and is written as soon as it
    is measured. A part of the CPU that would begin too late is left out, and its earlier results
    are kept. Results of a quick run go to a folder of their own, unless one is given.
    """
    output = output or (QUICK_RESULTS if session.quick else RESULTS)
    common = circumstances(command, session.device, PACKAGES) | session.describe()
    for name in names:
        if name in MINUTES and session.over():
            print(f"\n{name}: no time is left for it", flush=True)
            continue
        part, begin = parts[name], time.monotonic()
        minutes = math.inf if session.rounds else MINUTES.get(name, math.inf)
        rows = part.measure(replace(session, until=begin + 60 * minutes))
        measured = {"n": rounds(rows), "duration": time.monotonic() - begin, "rows": rows}
        write(output, name, common | measured)
        if hasattr(part, "figure"):
            write_figure(output, name, part.figure(rows))
        for table in part.tables(rows):
            print(f"\n{table.text()}", flush=True)
    return output
