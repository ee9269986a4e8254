"""Sphinx directive that shows the table and the figures of a study, from its results file."""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

RESULTS = Path(__file__).parent / "results"
# Options that say where and how a study is run, not what it does.
CIRCUMSTANCES = {"dataset", "data_dir", "output_dir", "only", "shard", "smoke"}


class StudyResults(SphinxDirective):
    """Show ``.. study-results:: folder``, with what is needed to repeat the study.

    The folder is one of ``docs/results``, a copy of the files that the study wrote.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table, the figures and a caption, or a sentence where there are none."""
        name = self.arguments[0]
        path = RESULTS / name / "results.json"
        self.env.note_dependency(str(path))
        if not path.exists():
            return self.parse_text_to_nodes("Not measured yet.")
        results = json.loads(path.read_text(encoding="utf-8"))
        images = [
            f".. image:: /results/{name}/{p.name}\n" for p in sorted(path.parent.glob("*.png"))
        ]
        lines = [*table(results["table"]), *images, caption(results)]
        return self.parse_text_to_nodes("\n".join(lines))


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Return the lines of a list-table."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for cells in (list(rows[0]), *(row.values() for row in rows)):
        lines += [f"   {'*' if not i else ' '} - {cell}" for i, cell in enumerate(cells)]
    return [*lines, ""]


def caption(results: dict[str, Any]) -> str:
    """Return what is needed to repeat a study, in a paragraph."""
    options = ", ".join(
        f"{name.replace('_', ' ')} {_text(value)}"
        for name, value in results["options"].items()
        if name not in CIRCUMSTANCES and value is not None
    )
    packages = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    return (
        f"``{results['command']}``: {results['finished']} of {results['of']} runs, {options}; "
        f"{results['device']}, {packages}, commit {results['commit']}, {results['date']}. "
        f"All numbers, run by run, are in ``docs/results``."
    )


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("study-results", StudyResults)
    return {"parallel_read_safe": True}
