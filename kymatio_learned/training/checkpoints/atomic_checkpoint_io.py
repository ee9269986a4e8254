"""Lightning checkpoints that are never half written, and hold nothing that runs code."""

from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins import TorchCheckpointIO

from ..atomic import atomic_write
from .format import FORMAT_KEY, FORMAT_VERSION, read_checkpoint


class AtomicCheckpointIO(TorchCheckpointIO):
    """Save a checkpoint under a temporary name and rename it; load plain types only.

    Lightning's own class writes to the system's temporary folder and moves the file from there,
    which on another file system is a copy that can be cut off.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None
    ) -> None:
        """Write a checkpoint; OSError when there is no room for it."""
        with atomic_write(Path(path)) as temporary:
            try:
                torch.save({**checkpoint, FORMAT_KEY: FORMAT_VERSION}, temporary)
            except RuntimeError as error:  # what PyTorch makes of a failed write
                raise OSError(f"could not write {path}: is the disk full?") from error

    def load_checkpoint(
        self, path: str | Path, map_location: Any = "cpu", weights_only: bool | None = True
    ) -> dict[str, Any]:
        """Read a checkpoint: see :func:`read_checkpoint`."""
        return read_checkpoint(path)
