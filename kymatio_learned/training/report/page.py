"""The page itself."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from ..atomic import atomic_write
from .curves import curves
from .finished_run import FinishedRun, differing_settings

QUANTITIES = ("accuracy", "loss", "learning_rate", "seconds", "memory")

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
        color: #222; background: #fff; }}
h1 {{ font-size: 1.5rem; }}
h2 {{ font-size: 1.15rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; }}
th, td {{ border-bottom: 1px solid #ddd; padding: .3rem .7rem; text-align: left; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.wide {{ overflow-x: auto; }}
figure {{ display: inline-block; margin: 0 1rem 1rem 0; max-width: 100%; }}
img {{ max-width: 100%; height: auto; }}
</style>
</head>
<body>
<h1>{title}</h1>
<h2>Scores</h2>
{scores}
<h2>Curves</h2>
<p>Test images: lines with dots. Training images: dashed.</p>
{figures}
<h2>Settings that differ</h2>
{settings}
</body>
</html>
"""


def write_report(runs: Sequence[FinishedRun], folder: Path) -> Path:
    """Write ``index.html`` and its pictures; it needs no network.

    Parameters
    ----------
    runs
        The runs to compare.
    folder
        Where the files are written; those of an earlier report are replaced.

    Returns
    -------
    Path
        The page.
    """
    labels = _labels(runs)
    for quantity in QUANTITIES:
        with atomic_write(folder / f"{quantity}.png") as path:
            curves(runs, quantity, labels).savefig(path, dpi=110)
    settings = differing_settings(runs)
    page = PAGE.format(
        title="Run" if len(runs) == 1 else f"{len(runs)} runs",
        scores=_scores(runs, labels),
        figures="\n".join(_figure(quantity) for quantity in QUANTITIES),
        settings=_table(["setting", *labels], ([name, *v] for name, v in settings.items()))
        if settings
        else "<p>None.</p>",
    )
    with atomic_write(folder / "index.html") as path:
        path.write_text(page, encoding="utf-8")
    return folder / "index.html"


def _labels(runs: Sequence[FinishedRun]) -> list[str]:
    names = [run.name for run in runs]
    return names if len(set(names)) == len(names) else [str(run.path) for run in runs]


def _scores(runs: Sequence[FinishedRun], labels: Sequence[str]) -> str:
    header = ["run", "test accuracy", "best", "of epoch", "test loss", "epochs", "seconds"]
    rows = []
    for run, label in zip(runs, labels, strict=True):
        r = run.results
        rows.append(
            [
                label if r else f"{label} (not finished)",
                f"{r['accuracy']:.2%}" if r else "",
                f"{r['best_accuracy']:.2%}" if r.get("best_accuracy") is not None else "",
                f"{r['best_epoch']}" if r.get("best_epoch") is not None else "",
                f"{r['loss']:.4f}" if r else "",
                f"{len(run.rows)}",
                f"{sum(row['seconds'] or 0.0 for row in run.rows):.1f}",
                f"{r['parameters']:,}" if r else "",
                f"{r['device']}" if r else "",
            ]
        )
    return _table([*header, "parameters", "device"], rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"<tr>{''.join(cells)}</tr>"

    head = line(f"<th>{escape(cell)}</th>" for cell in header)
    body = "\n".join(
        line(
            f'<td class="number">{escape(cell)}</td>' if _is_number(cell) else _cell(cell)
            for cell in row
        )
        for row in rows
    )
    return f'<div class="wide"><table>\n{head}\n{body}\n</table></div>'


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace("%", "").replace(".", "", 1).isdecimal()


def _figure(quantity: str) -> str:
    name = quantity.replace("_", " ")
    return f'<figure><img src="{quantity}.png" alt="{name} against the epoch"></figure>'
