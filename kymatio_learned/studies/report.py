"""What a study writes at its end: a table, a figure and all numbers."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from ..training import RunFolder
from ..training.circumstances import circumstances

PACKAGES = (
    "kymatio_learned",
    "kymatio",
    "numpy",
    "pytorch-lightning",
    "scikit-learn",
    "scipy",
    "torch",
)


def mean_and_spread(values: Sequence[float | None], *, digits: int = 1) -> str:
    """Return the mean of shares in per cent, and their standard deviation.

    Parameters
    ----------
    values
        Shares, from 0 to 1; None for a run that diverged.
    digits
        After the decimal point.

    Returns
    -------
    str
        The standard deviation is that of a sample (n - 1), left out for a single value.

    Examples
    --------
    >>> mean_and_spread([0.5, 0.52])
    '51.0 ± 1.4'
    >>> mean_and_spread([0.5, None])
    '50.0 (1 of 2 diverged)'
    """
    kept = 100 * np.array([value for value in values if value is not None])
    if not len(kept):
        return "diverged" if len(values) else ""
    text = f"{kept.mean():.{digits}f}"
    if len(kept) > 1:
        text += f" ± {kept.std(ddof=1):.{digits}f}"
    if len(kept) < len(values):
        text += f" ({len(values) - len(kept)} of {len(values)} diverged)"
    return text


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Return a table in Markdown, which is also readable as it is.

    Parameters
    ----------
    rows
        With the same columns.

    Returns
    -------
    str
        One line a row, under the names of the columns.

    Examples
    --------
    >>> print(table([{"network": "plain", "accuracy": 71.3}, {"network": "skip", "accuracy": 75}]))
    | network | accuracy |
    | ------- | -------- |
    | plain   | 71.3     |
    | skip    | 75       |
    """
    names = list(rows[0]) if rows else []
    cells = [names, *([str(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(names))]
    lines = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in cells
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([lines[0], rule, *lines[1:]])


def write_report(
    folder: str | Path,
    *,
    options: Mapping[str, Any],
    rows: Sequence[Mapping[str, object]],
    runs: Mapping[str, Mapping[str, Any]],
    n_runs: int,
    figures: Mapping[str, Figure],
) -> str:
    """Write the report of a study, each file in one piece.

    ``table.md`` has the table, ``results.json`` all numbers, with the command, the options, the
    device, the commit and the versions that made them.

    Parameters
    ----------
    folder
        Of the study.
    options
        Of the command line.
    rows
        Of the table.
    runs
        The results of the finished runs, by name.
    n_runs
        Number of all runs.
    figures
        Pictures by their names without the suffix.

    Returns
    -------
    str
        The table.
    """
    place, text = RunFolder(folder), table(rows)
    if len(runs) < n_runs:
        text += f"\n\n{len(runs)} of {n_runs} runs are finished."
    command = shlex.join(["python", *sys.argv])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    report = circumstances(command, device, PACKAGES) | {
        "options": dict(options),
        "finished": len(runs),
        "of": n_runs,
        "table": list(rows),
        "runs": dict(runs),
    }
    place.write_json("results.json", report)
    with place.write("table.md") as path:
        path.write_text(text + "\n", encoding="utf-8")
    for name, figure in figures.items():
        with place.write(f"{name}.png") as path:
            figure.savefig(path, dpi=120)
    return text
