"""Files that are either complete or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNFINISHED = ".unfinished"


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Write a file under a temporary name beside it, and rename it when all went well.

    Parameters
    ----------
    path
        The file to write or replace; its folder is made where it is missing.

    Yields
    ------
    Path
        The temporary name to write to, with the same suffix.

    Raises
    ------
    OSError
        With the file's name, when it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "results.txt"
    >>> with atomic_write(path) as temporary:
    ...     _ = temporary.write_text("done")
    >>> path.read_text()
    'done'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{UNFINISHED}{path.suffix}")
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())  # else a power failure may leave the name without the content
        os.replace(temporary, path)
    except OSError as error:
        if error.errno is not None:  # the system's: that of a full disk comes without a name
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what processes left that were killed while they wrote.

    Parameters
    ----------
    folder
        Searched with all its folders. Nobody may be writing there.
    """
    for path in folder.rglob(f".*{UNFINISHED}*"):
        path.unlink(missing_ok=True)
