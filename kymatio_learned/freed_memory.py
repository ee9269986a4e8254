"""Memory that a process keeps for itself when it is freed."""

import ctypes
import platform

# Names and values of glibc's malloc.h.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
TOP_PAD = 64 * 2**20  # bytes


def keep_freed_memory() -> bool:
    """Keep freed blocks in the process, instead of giving them back to the system.

    The C library of most Linux systems (glibc) returns large blocks to the system as soon as they
    are freed. A training step on the CPU frees and asks for the same blocks again and again, and
    the system clears each of their pages every time, which can take as long as the computation.
    After this call freed memory stays with the process: its size stays at its peak.

    It acts on the whole process, also on what is not PyTorch's, and stays so.

    Returns
    -------
    bool
        Whether it took effect: True with glibc, False elsewhere (musl, macOS, Windows), where
        nothing is done.

    References
    ----------
    The manual page ``mallopt(3)`` of Linux.

    Examples
    --------
    >>> import sys
    >>> keep_freed_memory() or sys.platform != "linux" or "no glibc"
    True
    """
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    # No block is a mapping of its own, the heap is never trimmed, and it grows by large pieces.
    settings = {M_MMAP_MAX: 0, M_TRIM_THRESHOLD: -1, M_TOP_PAD: TOP_PAD}
    accepted = [mallopt(name, value) == 1 for name, value in settings.items()]
    return all(accepted)
