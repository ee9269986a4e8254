"""The checkpoint that a run goes on from."""

import sys
from pathlib import Path
from typing import Any

from pytorch_lightning.utilities import rank_zero_only

from ..atomic import UNFINISHED
from .format import read_checkpoint
from .last_checkpoint import LAST, PREVIOUS


def newest_checkpoint(folder: Path) -> tuple[Path, dict[str, Any]] | None:
    """Read the newest checkpoint of a run that is whole; say which were passed over, and why.

    Parameters
    ----------
    folder
        Where the run's checkpoints are.

    Returns
    -------
    tuple or None
        The file and its content; None where there is no checkpoint at all.

    Raises
    ------
    ValueError
        When there are checkpoints, but none that can be read.
    """
    failures = []
    for path in checkpoint_files(folder):
        try:
            checkpoint = read_checkpoint(path)
        except ValueError as error:
            failures.append(str(error))
            continue
        if failures:
            _say(f"{'; '.join(failures)}. Going on from {path}.")
        return path, checkpoint
    if failures:
        raise ValueError(f"no checkpoint of the run can be read: {'; '.join(failures)}")
    return None


def checkpoint_files(folder: Path) -> list[Path]:
    """List the checkpoints of a run, the newest first.

    Parameters
    ----------
    folder
        Where they are.

    Returns
    -------
    list of Path
        First those whose names say so; the others, the best of their time, follow by their age.
    """
    found = {path for path in folder.glob("*.ckpt") if UNFINISHED not in path.name}
    by_name = [path for path in (folder / LAST, folder / PREVIOUS) if path in found]
    return by_name + sorted(found - set(by_name), key=_age, reverse=True)


def _age(path: Path) -> int:
    return path.stat().st_mtime_ns


@rank_zero_only
def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
