"""The file format of checkpoints: what is in one, and what is refused."""

import pickle
import re
import zipfile
from pathlib import Path
from typing import Any

import torch

# Raised by one whenever older code could not read the files. Older files are brought up to date by
# `_migrate`. 0 is what was written before the format had a number.
FORMAT_VERSION = 1
FORMAT_KEY = "kymatio_learned_format"


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint of this or an older format.

    The file is checked against its own checksums, and only numbers and plain types are read: no
    code that it may carry is run.

    Parameters
    ----------
    path
        A file that a training wrote.

    Returns
    -------
    dict
        The checkpoint, with tensors on the CPU.

    Raises
    ------
    ValueError
        When there is no file, it is damaged, it holds anything but plain types, is not a
        checkpoint, or was written by a newer version.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"expected a checkpoint at {path}, found none")
    _check_whole(path)
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        found = re.search(r"GLOBAL (\S+)", str(error))
        what = f" ({found[1]})" if found else ""
        raise ValueError(
            f"{path} holds more than numbers and plain types{what}: it could run code when it is "
            f"read, and is refused"
        ) from error
    except RuntimeError as error:
        raise ValueError(f"{path} is not a checkpoint: {_first_line(error)}") from error
    if not isinstance(checkpoint, dict) or "state_dict" not in checkpoint:
        raise ValueError(f"{path} is not a checkpoint of a training: it has no 'state_dict'")
    version = checkpoint.get(FORMAT_KEY, 0)
    if version > FORMAT_VERSION:
        raise ValueError(
            f"{path} has format {version}, of a newer kymatio_learned: this one reads formats up "
            f"to {FORMAT_VERSION}"
        )
    return _migrate(checkpoint, version)


def _check_whole(path: Path) -> None:
    """Compare the parts of a file with their checksums, which PyTorch itself does not do."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        damaged = "its end"
    if damaged is not None:
        raise ValueError(
            f"{path} is damaged ({damaged}): it was cut off or changed after it was written"
        )


def _migrate(checkpoint: dict[str, Any], version: int) -> dict[str, Any]:
    """Bring a checkpoint to the present format."""
    if version == 0:
        # The state of the callbacks that wrote the files: others do so now.
        callbacks = checkpoint.get("callbacks", {})
        checkpoint["callbacks"] = {
            name: state for name, state in callbacks.items() if name == "History"
        }
    checkpoint[FORMAT_KEY] = FORMAT_VERSION
    return checkpoint


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
