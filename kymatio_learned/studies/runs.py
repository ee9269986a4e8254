"""Runs of a study, each done once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ..training import RunFolder

# Written last: a run that has it is finished.
OUTCOME = "outcome.json"
Config = Mapping[str, Any]
Results = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A run of a study.

    Parameters
    ----------
    name
        Its folder in that of the study, which slashes may divide.
    config
        All that it depends on, in plain types.
    """

    name: str
    config: Config


def run_all(
    folder: str | Path,
    runs: Iterable[Run],
    execute: Callable[[Config, RunFolder], Results],
    *,
    only: str = "*",
    shard: tuple[int, int] = (0, 1),
    say: Callable[[str], None] = print,
) -> dict[str, Results]:
    """Do the runs of a study that are not finished yet.

    Each run has a folder. What it returns is written there at its end, in one piece, with its
    configuration; a run that has this file is not done again. So a study that was stopped goes on
    where it was, and one that gets more runs does only these.

    Parameters
    ----------
    folder
        Of the study.
    runs
        The runs; their names differ.
    execute
        Does a run, given its configuration and folder, and returns its results in plain types.
    only
        Do only the runs whose names fit this pattern, such as ``"plain/*"``.
    shard
        ``(k, n)``: of these, do only every n-th, from the k-th, so that n processes share a study.
    say
        Called with a line before and after each run.

    Returns
    -------
    dict of str to dict
        The results of all finished runs, by name, in order, whoever did them.

    Raises
    ------
    ValueError
        If two runs have one name, a finished run had another configuration, or there is no such
        shard.

    Examples
    --------
    >>> import tempfile
    >>> runs = [Run(f"seed{seed}", {"seed": seed}) for seed in range(3)]
    >>> def execute(config, folder):
    ...     return {"square": config["seed"] ** 2}
    >>> results = run_all(tempfile.mkdtemp(), runs, execute, say=lambda line: None)
    >>> results["seed2"]
    {'square': 4}
    """
    runs, (k, n) = list(runs), shard
    if not 0 <= k < n:
        raise ValueError(f"expected a shard (k, n) with 0 <= k < n, got {shard}")
    names = [run.name for run in runs]
    if len(set(names)) < len(names):
        raise ValueError(f"expected runs of different names, got {names}")
    folders = {run.name: RunFolder(Path(folder) / run.name) for run in runs}
    for run in runs:
        _check(run, folders[run.name])
    chosen = [run for run in runs if fnmatch(run.name, only)][k::n]
    for number, run in enumerate(chosen, 1):
        place = folders[run.name]
        if not _is_finished(place):
            say(f"[{number}/{len(chosen)}] {run.name}")
            results = execute(run.config, place)
            place.write_json(OUTCOME, {"config": run.config, "results": results})
    return {
        name: place.read_json(OUTCOME)["results"]
        for name, place in folders.items()
        if _is_finished(place)
    }


def _is_finished(place: RunFolder) -> bool:
    return (place.path / OUTCOME).is_file()


def _check(run: Run, place: RunFolder) -> None:
    """Refuse results of another configuration."""
    if not _is_finished(place):
        return
    config = json.loads(json.dumps(run.config))  # lists for tuples, as in the file
    if (found := place.read_json(OUTCOME)["config"]) != config:
        different = sorted(
            name for name in {*found, *config} if found.get(name) != config.get(name)
        )
        raise ValueError(
            f"{place.path} has results of another configuration (different: "
            f"{', '.join(different)}): choose another output folder, or delete it"
        )
