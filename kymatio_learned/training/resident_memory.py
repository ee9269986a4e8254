"""How much memory a training takes."""

from contextlib import suppress

import psutil


def resident_memory() -> float:
    """Give the memory of this process and of those that it started, in MB (2^20 bytes).

    Memory that processes share, as a loader's workers do with the training, counts for each.

    Returns
    -------
    float
        What is resident, which leaves out what the system has swapped.

    Examples
    --------
    >>> 10 < resident_memory() < 1e6
    True
    """
    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # it has just ended
            total += process.memory_info().rss
    return total / 2**20
