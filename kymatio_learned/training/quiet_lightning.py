"""What Lightning says that is of no use here."""

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

LOGGERS = ("pytorch_lightning", "lightning_fabric", "lightning.pytorch", "lightning.fabric")

# Beginnings of warnings, each with the reason to leave it out.
NEEDLESS = (
    # Images in memory need no worker: a batch is one indexing.
    r".*does not have many workers",
    # A tiny training set has fewer batches than steps between two log entries.
    r"The number of training batches .* is smaller than the logging interval",
    # A resumed run writes on in the folder that it began, on purpose.
    r"Checkpoint directory .* exists and is not empty",
    # Lightning's own use of PyTorch's trees.
    r"`isinstance\(treespec, LeafSpec\)` is deprecated",
    # FSDP2 warns of operations in place on a layer's output: there are none.
    r"FSDP2-wrapped module .* returned a view tensor",
    # The user chose the device.
    r"GPU available but not used",
)


@contextmanager
def quiet_lightning() -> Iterator[None]:
    """Silence Lightning's tips and the warnings that do not apply, while a trainer is at work."""
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    say = threading.excepthook

    def say_unless_tensorboards(failure: threading.ExceptHookArgs) -> None:
        # What fails in its thread, as writing to a full disk does, it raises in the main one too.
        if not type(failure.thread).__module__.startswith("tensorboard"):
            say(failure)

    threading.excepthook = say_unless_tensorboards
    with warnings.catch_warnings():
        for message in NEEDLESS:
            warnings.filterwarnings("ignore", message=message)
        try:
            for name in LOGGERS:
                logging.getLogger(name).setLevel(logging.WARNING)
            yield
        finally:
            threading.excepthook = say
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
