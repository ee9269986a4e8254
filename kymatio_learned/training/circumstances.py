"""What stands beside every measured number, so that it can be repeated."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch


def circumstances(command: str, device: str, packages: Sequence[str]) -> dict[str, Any]:
    """Return what is needed to repeat a measurement.

    Parameters
    ----------
    command
        That made it.
    device
        "cpu" or "cuda".
    packages
        Those whose versions matter.

    Returns
    -------
    dict
        "command", "date", "commit", "device" and "versions".

    Examples
    --------
    >>> sorted(circumstances("make bench", "cpu", ["torch"])["versions"])
    ['python', 'torch']
    """
    versions = {"python": platform.python_version()} | {name: version(name) for name in packages}
    return {
        "command": command,
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "commit": commit(),
        "device": torch.cuda.get_device_name() if device == "cuda" else cpu_name(),
        "versions": versions,
    }


def commit() -> str:
    """Return the commit of the code, with "-dirty" where files differ from it."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
    except OSError:  # no git
        return "unknown"
    return done.stdout.strip() or "unknown"


def cpu_name() -> str:
    """Return the processor, its instructions that PyTorch uses, and the number of cores."""
    name, information = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    if information.exists():
        fields = (line.partition(":") for line in information.read_text().splitlines())
        name = next((value.strip() for key, _, value in fields if "model name" in key), name)
    return f"{name}, {torch.backends.cpu.get_cpu_capability()}, {os.cpu_count()} cores"
