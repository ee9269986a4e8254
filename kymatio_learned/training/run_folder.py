"""The folder that holds everything about one training run."""

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from .atomic import UNFINISHED, atomic_write


class RunFolder:
    """Know the places of a run's files, and write each in one piece.

    ``config.json`` says how to repeat the run, ``results.json`` what came out; ``metrics.csv`` has
    a row an epoch, ``tensorboard/`` the same for TensorBoard; ``checkpoints/last.ckpt`` is the
    newest state and ``checkpoints/previous.ckpt`` the one before it, ``checkpoints/best.ckpt`` the
    epoch with the best test accuracy; ``figures/`` has pictures.

    Parameters
    ----------
    path
        The folder. Nothing is made before something is written.

    Examples
    --------
    >>> import tempfile
    >>> run = RunFolder(Path(tempfile.mkdtemp()) / "run")
    >>> run.write_json("config.json", {"epochs": 3})
    >>> run.read_json("config.json")
    {'epochs': 3}
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def check_unused(self) -> None:
        """Make sure that a run can begin here.

        Raises
        ------
        ValueError
            When something is in the folder.
        """
        if self.path.exists() and (not self.path.is_dir() or any(_finished(self.path))):
            raise ValueError(
                f"expected a new or empty output folder, but there is something in {self.path}; "
                f"continue that run with --resume, or choose another folder"
            )

    @property
    def is_begun(self) -> bool:
        """Whether a run was begun here."""
        return (self.path / "config.json").is_file()

    def check_begun(self) -> None:
        """Make sure that a run was begun here.

        Raises
        ------
        ValueError
            When there is none.
        """
        if not self.is_begun:
            raise ValueError(f"expected a run folder, with config.json, found none at {self.path}")

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def figures(self) -> Path:
        """The folder of the pictures."""
        return self.path / "figures"

    def write(self, name: str) -> AbstractContextManager[Path]:
        """Open a file of the run for writing: see :func:`atomic_write`."""
        return atomic_write(self.path / name)

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write plain types as JSON."""
        with self.write(name) as path:
            path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    def read_json(self, name: str) -> dict[str, Any]:
        """Read what :meth:`write_json` wrote."""
        content: dict[str, Any] = json.loads((self.path / name).read_text(encoding="utf-8"))
        return content

    def write_figure(self, name: str, figure: Figure) -> None:
        """Write a picture into :attr:`figures`."""
        with self.write(f"figures/{name}") as path:
            figure.savefig(path, dpi=120)


def _finished(folder: Path) -> Iterator[Path]:
    """Give the files of a folder, but for what a killed process left unfinished."""
    return (path for path in folder.iterdir() if UNFINISHED not in path.name)
