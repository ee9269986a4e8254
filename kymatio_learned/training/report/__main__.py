"""The command of the report."""

import sys
from collections.abc import Sequence
from pathlib import Path

from ..arguments import ArgumentParser
from .finished_run import FinishedRun
from .page import write_report


def build_parser() -> ArgumentParser:
    """Build the parser of the command line."""
    parser = ArgumentParser(
        prog="python -m kymatio_learned.training.report",
        description="Compare runs: curves, scores, and the settings that differ.",
    )
    parser.add_argument("runs", metavar="RUN", nargs="+", help="folder of a run")
    parser.add_argument("--output-dir", metavar="DIR", default="report", help="(report)")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        The arguments; by default those of the process.

    Returns
    -------
    int
        0.

    Raises
    ------
    SystemExit
        With status 2 and one line on the error stream, when a run cannot be read.
    """
    parser = build_parser()
    arguments = parser.parse_args(argv)
    try:
        runs = [FinishedRun(Path(path)) for path in arguments.runs]
        page = write_report(runs, Path(arguments.output_dir))
    except (ValueError, OSError) as error:
        parser.error(" ".join(str(error).split()))
    print(f"report in {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
