"""The configuration of a run: plain types, as ``config.json`` holds them."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from .arguments import CIRCUMSTANCES, DEFAULTS, GROUPS, PAPER_RECIPE, RECIPES
from .run_folder import RunFolder

Config = dict[str, dict[str, Any]]

# Options that say what to do, and are no part of a run.
ACTIONS = {"resume", "evaluate", "output_dir"}


def new_config(given: Mapping[str, Any]) -> Config:
    """Fill in what was not given: from the data set's recipe, else from the paper's.

    Parameters
    ----------
    given
        Options of the command line, by name.

    Returns
    -------
    dict
        Sections "data", "optimisation" and "run", and under "given" what was given; paths are there
        in full, so that the run can be continued from anywhere.

    Raises
    ------
    ValueError
        When the file of classes cannot be read.
    """
    given = {name: _explicit(name, value) for name, value in given.items()}
    dataset = given.get("dataset", DEFAULTS["dataset"])
    options = DEFAULTS | PAPER_RECIPE | RECIPES.get(dataset, {}) | given
    config = {group: {name: options.get(name) for name in names} for group, names in GROUPS.items()}
    config["given"] = {k: v for k, v in given.items() if k not in ACTIONS | CIRCUMSTANCES}
    return config


def existing_config(
    run: RunFolder, action: str, given: Mapping[str, Any], also: Collection[str] = ()
) -> Config:
    """Read the configuration of a run, with the circumstances that are given now.

    Parameters
    ----------
    run
        Folder of the run.
    action
        The option that names it.
    given
        Options of the command line, by name.
    also
        Options that may be given beside the circumstances.

    Returns
    -------
    dict
        See :func:`new_config`, and "model": the arguments of the network.

    Raises
    ------
    ValueError
        When no run was begun there, its configuration cannot be read, or an option is given that
        belongs to the run.
    """
    config = _read(run)
    if refused := sorted(given.keys() - CIRCUMSTANCES - set(also) - {action}):
        raise ValueError(
            f"a run keeps its options: beside --{action} expected only "
            f"{sorted(CIRCUMSTANCES | set(also))}, got {refused}"
        )
    return with_circumstances(config, given)


def same_config(run: RunFolder, given: Mapping[str, Any]) -> Config:
    """Read the configuration of a run that the same command has begun.

    Parameters
    ----------
    run
        Folder of the run.
    given
        Options of the command line, by name.

    Returns
    -------
    dict
        See :func:`existing_config`.

    Raises
    ------
    ValueError
        When the run was begun with other options.
    """
    config, now = _read(run), new_config(given)["given"]
    before = config.get("given", {})
    if changed := sorted(k for k in before.keys() | now.keys() if before.get(k) != now.get(k)):
        name = changed[0]
        raise ValueError(
            f"the run in {run.path} was begun with other options: {name} was "
            f"{before.get(name, 'not given')}, now it is {now.get(name, 'not given')}"
        )
    return with_circumstances(config, given)


def with_circumstances(config: Config, given: Mapping[str, Any]) -> Config:
    """Put the circumstances that are given now into a configuration."""
    present = {name: _explicit(name, given[name]) for name in given.keys() & CIRCUMSTANCES}
    for group in GROUPS:
        section = config[group]
        section.update({name: present[name] for name in section.keys() & present.keys()})
    return config


def _read(run: RunFolder) -> Config:
    run.check_begun()
    try:
        config: Config = run.read_json("config.json")
        # Options that came after the run was begun have their defaults.
        for group, names in GROUPS.items():
            if unknown := sorted(config[group].keys() - {*names, "command"}):
                raise ValueError(f"its options {unknown} are of a newer version")
            config[group] = {name: DEFAULTS.get(name) for name in names} | config[group]
        config["model"]["channels"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{run.path / 'config.json'} is not a configuration of a run: {error}"
        ) from error
    return config


def _explicit(name: str, value: Any) -> Any:
    """Give what a value means without the present folder and files that may change."""
    if name in ("data_dir", "weights"):
        return str(Path(value).expanduser().absolute())
    if name == "classes":
        return int(value) if value.isdecimal() else _names(Path(value))
    return value


def _names(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(
            f"expected --classes to be a number or a file with a class a line, got {path}: {error}"
        ) from error
    return [line.strip() for line in lines if line.strip()]
