"""Run the parts that were asked for, write their results, and print their tables."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from kymatio_learned.training.circumstances import circumstances

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

    Each part is written as soon as it is measured. Results of a quick run go to a folder of their
    own, unless one is given.
    """
    output = output or (QUICK_RESULTS if session.quick else RESULTS)
    common = circumstances(command, session.device, PACKAGES) | session.describe()
    for name in names:
        part, begin = parts[name], time.monotonic()
        rows = part.measure(session)
        measured = {"n": rounds(rows), "duration": time.monotonic() - begin, "rows": rows}
        write(output, name, common | measured)
        if hasattr(part, "figure"):
            write_figure(output, name, part.figure(rows))
        for table in part.tables(rows):
            print(f"\n{table.text()}", flush=True)
    return output
