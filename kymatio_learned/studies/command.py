"""The command line of a study."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from matplotlib.figure import Figure
from pytorch_lightning.utilities.exceptions import SIGTERMException

from ..freed_memory import keep_freed_memory
from ..training import DATASETS, RunFolder
from ..training.arguments import ArgumentParser
from ..training.cli import INTERRUPTED, TERMINATED
from .problem import Problem
from .report import write_report
from .runs import Config, Results, Run, run_all

Rows = Sequence[Mapping[str, object]]
SMOKE = {"dataset": "digits", "data_dir": None, "test_samples": 60}
GOES_ON = "Stopped; the same command goes on."
_SHARD_HELP = "of these, every N-th run only, from the K-th (0, ...): N processes share a study"


def study_parser(name: str, description: str | None, **defaults: Any) -> ArgumentParser:
    """Build the parser of a study, with the options that all studies have.

    Parameters
    ----------
    name
        Of the study; it writes to ``runs/<name>`` by default.
    description
        First paragraphs of the help.
    **defaults
        Of "train_samples", "epochs" and "seeds"; an option without a default is left out.

    Returns
    -------
    ArgumentParser
        To which the study adds its own options.
    """
    parser = ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    help_dataset = "(cifar10); folder for an image-folder tree, such as CIFAR-10 as JPEG files"
    add("--dataset", choices=list(DATASETS), default="cifar10", help=help_dataset)
    add("--data-dir", metavar="DIR", help="where the data is; else torchvision's is downloaded")
    add("--test-samples", type=int, metavar="N", help="test on a stratified subset of N images")
    helps = {
        "train_samples": "size of the stratified training subset",
        "epochs": "epochs of each training",
        "seeds": "number of seeds of each training",
    }
    for option, default in defaults.items():
        flag = f"--{option.replace('_', '-')}"
        add(flag, type=int, metavar="N", default=default, help=f"{helps[option]} ({default})")
    add("--output-dir", metavar="DIR", default=f"runs/{name}", help=f"(runs/{name})")
    add("--only", metavar="PATTERN", default="*", help="do runs of these names only: 'plain/*'")
    add("--shard", type=_shard, metavar="K/N", default=(0, 1), help=_SHARD_HELP)
    add("--smoke", action="store_true", help="tiny runs on digits, to see that everything works")
    return parser


def run_study(
    parser: ArgumentParser,
    options: argparse.Namespace,
    *,
    plan: Callable[[argparse.Namespace], Sequence[Run]],
    execute: Callable[[Config, RunFolder, Problem], Results],
    report: Callable[[argparse.Namespace, dict[str, Results]], tuple[Rows, dict[str, Figure]]],
    smoke: Mapping[str, Any],
) -> int:
    """Do the runs of a study that are not finished, and write its report.

    Parameters
    ----------
    parser
        From `study_parser`.
    options
        What it parsed.
    plan
        Gives the runs, from the options.
    execute
        Does a run, given its configuration, its folder and the images.
    report
        Gives the rows of the table, and the figures, from the results of the finished runs.
    smoke
        Options that ``--smoke`` replaces.

    Returns
    -------
    int
        0; 130 after Ctrl-C, 143 after SIGTERM.

    Raises
    ------
    SystemExit
        With status 2 and one line on the error stream, when what is asked for cannot be done.
    """
    if options.smoke:
        vars(options).update(SMOKE | dict(smoke))

    @cache
    def problem() -> Problem:
        return Problem(options.dataset, options.data_dir, test_samples=options.test_samples)

    keep_freed_memory()
    try:
        runs = plan(options)
        results = run_all(
            options.output_dir,
            runs,
            lambda config, folder: execute(config, folder, problem()),
            only=options.only,
            shard=options.shard,
        )
    except (ValueError, TypeError, OSError) as error:
        parser.error(" ".join(str(error).split()))
    except KeyboardInterrupt:
        print(f"\n{GOES_ON}", file=sys.stderr)
        return INTERRUPTED
    except SIGTERMException:
        print(GOES_ON, file=sys.stderr)
        return TERMINATED
    rows, figures = report(options, results)
    text = write_report(
        options.output_dir,
        options=vars(options),
        rows=rows,
        runs=results,
        n_runs=len(runs),
        figures=figures,
    )
    print(f"\n{text}\n\ntable, figures and numbers in {options.output_dir}")
    return 0


def _shard(text: str) -> tuple[int, int]:
    k, n = text.split("/")
    return int(k), int(n)


_shard.__name__ = "K/N"  # argparse: invalid K/N value: ...
