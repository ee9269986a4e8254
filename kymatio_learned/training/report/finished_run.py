"""What a run left behind, to be compared."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..run_folder import RunFolder

# What is no choice of the user, or says nothing about the result.
NO_SETTINGS = ("given", "run.command")


class FinishedRun:
    """Read the configuration, the rows and, where it ended, the results of a run.

    Parameters
    ----------
    path
        Folder of the run.

    Attributes
    ----------
    name : str
        Name of the folder.
    settings : dict
        Values by "section.name".
    rows : list of dict
        One for each epoch, with numbers or None.
    results : dict
        What ``results.json`` holds; empty for a run that goes on.

    Raises
    ------
    ValueError
        When there is no run, or its files cannot be read.
    """

    def __init__(self, path: Path) -> None:
        run = RunFolder(path)
        run.check_begun()
        self.path = path
        self.name = path.resolve().name
        try:
            self.settings = _flat(run.read_json("config.json"))
            self.rows = _rows(path / "metrics.csv")
            finished = (path / "results.json").is_file()
            self.results = run.read_json("results.json") if finished else {}
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"the files of the run in {path} cannot be read: {error}") from error

    def column(self, name: str) -> list[tuple[float, float]]:
        """Give the epochs in which a quantity was measured, and its values."""
        return [
            (row["epoch"], row[name])  # type: ignore[misc]  # the epoch is a number
            for row in self.rows
            if row.get(name) is not None
        ]


def differing_settings(runs: Sequence[FinishedRun]) -> dict[str, list[str]]:
    """Give the settings that are not the same in all runs.

    Parameters
    ----------
    runs
        Several runs.

    Returns
    -------
    dict
        For each setting its value in each run, as JSON; empty where a run has none.
    """
    names = dict.fromkeys(name for run in runs for name in run.settings)
    table = {
        name: [json.dumps(run.settings[name]) if name in run.settings else "" for run in runs]
        for name in names
    }
    return {name: values for name, values in table.items() if len(set(values)) > 1}


def _flat(config: Mapping[str, Any]) -> dict[str, Any]:
    flat = {
        f"{section}.{name}": value
        for section, content in config.items()
        if section not in NO_SETTINGS
        for name, value in content.items()
    }
    return {name: value for name, value in flat.items() if name not in NO_SETTINGS}


def _rows(path: Path) -> list[dict[str, float | None]]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [
            {name: float(value) if value else None for name, value in row.items()}
            for row in csv.DictReader(file)
        ]
