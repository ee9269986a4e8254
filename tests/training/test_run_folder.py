"""Run folders and files written in one piece."""

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from kymatio_learned.training import RunFolder
from kymatio_learned.training.atomic import atomic_write, remove_unfinished


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text("old")

    def fail() -> None:
        with atomic_write(path) as temporary:
            temporary.write_text("half")
            assert path.read_text() == "old"
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert [file.name for file in tmp_path.iterdir()] == ["results.json"]
    assert path.read_text() == "old"


def test_what_a_killed_process_left_unfinished_is_no_use_of_the_folder(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "checkpoints" / "last.ckpt") as temporary:
        temporary.write_text("half")
        kept = temporary.read_text()
    temporary.write_text(kept)  # as if it had been killed
    (tmp_path / temporary.name).write_text(kept)
    remove_unfinished(tmp_path)
    assert [path.name for path in tmp_path.rglob("*.*")] == ["last.ckpt"]
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / temporary.name).touch()
    RunFolder(tmp_path / "run").check_unused()


def test_figures_are_pictures(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    run.write_figure("empty.png", Figure())
    assert (run.figures / "empty.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_is_unused_until_something_is_in_it(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    run.check_unused()
    run.path.mkdir()
    run.check_unused()
    with pytest.raises(ValueError, match="found none at"):
        run.check_begun()
    run.write_json("config.json", {})
    run.check_begun()
    with pytest.raises(ValueError, match="there is something in"):
        run.check_unused()
    with pytest.raises(ValueError, match="there is something in"):
        RunFolder(run.path / "config.json").check_unused()
