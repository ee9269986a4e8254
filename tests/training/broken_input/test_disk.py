"""Disks that are full, and folders that cannot be written or read."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kymatio_learned.training.checkpoints import (
    checkpoint_files,
    newest_checkpoint,
    read_checkpoint,
)

from .commands import DIGITS, assert_refused, run_main

Mount = Callable[[str], Path]
NOBODY = 65534


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mount file systems in memory, where this is allowed."""
    with ExitStack() as stack:

        def mount_one(options: str) -> Path:
            folder = tmp_path / "disk"
            folder.mkdir()
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
            if shutil.which(command[0]) is None or subprocess.run(command).returncode:
                pytest.skip("no file system may be mounted here")
            stack.callback(subprocess.run, ["umount", str(folder)], check=True)
            return folder

        yield mount_one


# A run of these options takes 200 KiB. With less, what finds no room is TensorBoard's file, a
# table, or one or another of the checkpoints.
@pytest.mark.parametrize("kilobytes", [4, 8, 12, 16, 24, 32, 48, 64, 96, 128])
def test_a_full_disk_leaves_whole_files(
    kilobytes: int, mount: Mount, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = mount(f"size={kilobytes}k")
    run = disk / "run"
    options = ["--epochs", "9", "--keep-best", "9", "--diagnostics", "--output-dir", str(run)]
    status, output, error = run_main([*DIGITS, *options], capsys)
    message = "is the disk full?" if "checkpoint" in error else "No space left on device"
    assert_refused(status, output, error, message, disk)
    checkpoints = checkpoint_files(run / "checkpoints")
    assert all(read_checkpoint(path) for path in checkpoints)
    assert bool(newest_checkpoint(run / "checkpoints")) == bool(checkpoints)


def test_a_read_only_disk_is_refused(mount: Mount, capsys: pytest.CaptureFixture[str]) -> None:
    disk = mount("ro")
    result = run_main([*DIGITS, "--output-dir", str(disk / "run")], capsys)
    assert_refused(*result, f"Read-only file system: '{disk / 'run'}", disk)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """Give a folder that this process may not enter, also when it is the superuser's."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o000)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    yield folder
    if user == 0:
        os.seteuid(user)
    folder.chmod(0o700)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are others on Windows")
@pytest.mark.parametrize(
    "options",
    [
        ["--output-dir", "LOCKED/run"],
        ["--output-dir", "LOCKED/run", "--resume", "auto"],
        ["--output-dir", "run", "--dataset", "folder", "--data-dir", "LOCKED/images"],
    ],
    ids=["new", "auto", "images"],
)
def test_a_folder_that_may_not_be_entered_is_refused(
    options: list[str], locked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = [option.replace("LOCKED", str(locked)) for option in options]
    status, output, error = run_main([*DIGITS, *argv], capsys)
    assert (status, output) == (2, "")
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert str(locked) in error


def test_a_folder_inside_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    result = run_main([*DIGITS, "--output-dir", str(tmp_path / "file" / "run")], capsys)
    assert_refused(*result, "Not a directory", tmp_path)
