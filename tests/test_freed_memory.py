"""Freed memory stays in the process: nothing is cleared again at the next step."""

import platform
import subprocess
import sys

import pytest

from kymatio_learned import freed_memory
from kymatio_learned.torch import keep_freed_memory

# Allocates and frees the same 32 MB at each step, and prints the page faults of each.
STEPS = """
import resource, runpy, sys

if sys.argv[1] == "keep":
    assert runpy.run_path(sys.argv[2])["keep_freed_memory"]()
for step in range(4):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    bytearray(32 * 2**20)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
PAGES = 32 * 2**20 // 4096


def page_faults(action: str) -> list[int]:
    command = [sys.executable, "-c", STEPS, action, str(freed_memory.__file__)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return [int(line) for line in result.stdout.split()]


@pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="there is nothing to set where there is no glibc"
)
def test_the_second_step_asks_the_system_for_no_page() -> None:
    # Without it each step takes all its pages anew (fewer faults, where the system's pages are
    # large); with it the steps after the first take none but the odd page of the interpreter.
    first, *later = page_faults("keep")
    assert max(later) < PAGES / 100
    assert max(later) < first / 2
    returned = page_faults("leave")
    assert min(returned[1:]) > max(later)


def test_nothing_is_done_without_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freed_memory.platform, "libc_ver", lambda: ("", ""))
    monkeypatch.setattr(freed_memory.ctypes, "CDLL", lambda name: pytest.fail("was called"))
    assert keep_freed_memory() is False
