"""Sphinx directive that shows the tables of a part of the benchmarks, from its results file."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from benchmarks.parts import CPU_PARTS, GPU_PARTS
from benchmarks.results import caption, read
from benchmarks.suite import RESULTS
from benchmarks.targets import report

PARTS = CPU_PARTS | GPU_PARTS


class BenchmarkTables(SphinxDirective):
    """Show ``.. benchmark-tables:: part``, or the targets, with what is needed to repeat them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the tables, or a sentence where there are no results."""
        name = self.arguments[0]
        if name == "targets":
            return self.parse_text_to_nodes("\n".join(report(RESULTS).rst()))
        self.env.note_dependency(str(RESULTS / f"{name}.json"))
        results = read(RESULTS, name)
        if results is None:
            return self.parse_text_to_nodes("Not measured yet.")
        lines = [line for table in PARTS[name].tables(results["rows"]) for line in table.rst()]
        return self.parse_text_to_nodes("\n".join([*lines, caption(results)]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("benchmark-tables", BenchmarkTables)
    return {"parallel_read_safe": True}
