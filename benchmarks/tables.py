"""Tables, as text for the terminal and as reStructuredText for the documentation."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table with a title.

    Parameters
    ----------
    title
        One line.
    columns
        Their headings.
    rows
        Their cells.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """Return the table in columns of equal width."""
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        cells = (
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            for line in lines
        )
        return "\n".join([self.title, *(f"  {line}".rstrip() for line in cells)])

    def rst(self) -> list[str]:
        """Return the lines of a list-table."""
        lines = [f".. list-table:: {self.title}", "   :header-rows: 1", ""]
        for row in (self.columns, *self.rows):
            lines += [f"   {'*' if not i else ' '} - {cell}" for i, cell in enumerate(row)]
        return [*lines, ""]


def times(ratio: float) -> str:
    """Return a ratio as "2.3 x"."""
    return f"{ratio:.2f} x" if ratio < 10 else f"{ratio:.0f} x"


def milliseconds(seconds: float) -> str:
    """Return a time in milliseconds, three digits."""
    return f"{1e3 * seconds:.3g}" if seconds < 1 else f"{1e3 * seconds:.0f}"


def megabytes(size: float) -> str:
    """Return a size in megabytes."""
    return f"{size / 1e6:.0f}"
