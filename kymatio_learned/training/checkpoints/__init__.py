"""What a run saves of its state, when, and how it is read again."""

from .atomic_checkpoint_io import AtomicCheckpointIO
from .best_checkpoints import BestCheckpoints
from .format import FORMAT_VERSION, read_checkpoint
from .last_checkpoint import LastCheckpoint
from .newest import checkpoint_files, newest_checkpoint
from .process_states import ProcessStates

__all__ = [
    "FORMAT_VERSION",
    "AtomicCheckpointIO",
    "BestCheckpoints",
    "LastCheckpoint",
    "ProcessStates",
    "checkpoint_files",
    "newest_checkpoint",
    "read_checkpoint",
]
