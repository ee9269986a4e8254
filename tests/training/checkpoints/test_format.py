"""Checkpoint files: what is read, and what is refused."""

import collections
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.training import (
    ClassificationModule,
    ImageDataModule,
    RunFolder,
    load_dataset,
    train,
)
from kymatio_learned.training.atomic import UNFINISHED
from kymatio_learned.training.checkpoints import (
    FORMAT_VERSION,
    AtomicCheckpointIO,
    newest_checkpoint,
    read_checkpoint,
)

OLD_FILE = Path(__file__).parents[2] / "data" / "checkpoint_v0.ckpt"


def write(path: Path, **content: Any) -> Path:
    content = {"state_dict": {"weight": torch.arange(1000.0)}, "callbacks": {}, **content}
    AtomicCheckpointIO().save_checkpoint(content, path)
    return path


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def change_a_number(path: Path) -> None:
    content = bytearray(path.read_bytes())
    place = content.index(torch.arange(1000.0).numpy().tobytes()) + 2001
    content[place] ^= 1
    path.write_bytes(content)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    checkpoint = read_checkpoint(write(tmp_path / "a.ckpt", epoch=3))
    assert checkpoint["epoch"] == 3
    assert torch.equal(checkpoint["state_dict"]["weight"], torch.arange(1000.0))


def test_a_failed_checkpoint_leaves_the_old_one(tmp_path: Path) -> None:
    path = write(tmp_path / "last.ckpt", epoch=1)
    with pytest.raises(AttributeError):
        write(path, epoch=2, unpicklable=lambda: 0)
    assert read_checkpoint(path)["epoch"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["last.ckpt"]


# PyTorch itself reads a file whose numbers were changed, and says nothing.
@pytest.mark.parametrize(
    "damage",
    [cut_off, change_a_number, lambda path: path.write_bytes(b"")],
    ids=["cut off", "a number changed", "empty"],
)
def test_a_damaged_file_is_named_as_such(damage: Callable[[Path], Any], tmp_path: Path) -> None:
    path = write(tmp_path / "last.ckpt")
    damage(path)
    with pytest.raises(ValueError, match=rf"{path} is damaged .* cut off or changed"):
        read_checkpoint(path)


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    torch.save({"state_dict": collections.Counter, "print": print}, path)
    with pytest.raises(ValueError, match="could run code when it is read, and is refused"):
        read_checkpoint(path)


def test_files_that_are_something_else_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    torch.save([1, 2], path)
    with pytest.raises(ValueError, match="is not a checkpoint of a training"):
        read_checkpoint(path)
    with pytest.raises(ValueError, match=r"none.ckpt, found none"):
        read_checkpoint(tmp_path / "none.ckpt")


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    torch.save({"state_dict": {}, "kymatio_learned_format": FORMAT_VERSION + 1}, path)
    with pytest.raises(ValueError, match=rf"has format {FORMAT_VERSION + 1}, of a newer"):
        read_checkpoint(path)


def test_a_file_of_the_first_format_is_continued(tmp_path: Path) -> None:
    # Written before the format had a number, after one epoch: see tests/data/README.md.
    splits = load_dataset("digits", image_size=8, train_samples=100)
    network = LearnedScattering2D(**torch.load(OLD_FILE, weights_only=True)["network_config"])
    module = ClassificationModule(network, n_classes=10, lr=0.1)
    run = RunFolder(tmp_path)
    run.checkpoints.mkdir()
    (run.checkpoints / "last.ckpt").write_bytes(OLD_FILE.read_bytes())
    results = train(module, ImageDataModule(splits, batch_size=20), run, epochs=2)
    assert results["epochs"] == 2
    assert results["best_epoch"] in (1, 2)
    state = read_checkpoint(OLD_FILE)["state_dict"]
    trained = module.state_dict()
    assert state.keys() == trained.keys()
    assert not torch.equal(
        state["network.layers.0.mixing.weight"], trained["network.layers.0.mixing.weight"]
    )


def test_the_newest_whole_file_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / f".last.1{UNFINISHED}.ckpt").touch()  # of a process that was killed
    assert newest_checkpoint(tmp_path) is None
    for epoch, name in enumerate(("best", "previous", "last")):
        write(tmp_path / f"{name}.ckpt", epoch=epoch)

    def newest() -> tuple[str, int]:
        found = newest_checkpoint(tmp_path)
        assert found is not None
        return found[0].name, found[1]["epoch"]

    assert newest() == ("last.ckpt", 2)
    assert capsys.readouterr().err == ""
    cut_off(tmp_path / "last.ckpt")
    assert newest() == ("previous.ckpt", 1)
    message = capsys.readouterr().err
    assert "last.ckpt is damaged" in message
    assert f"Going on from {tmp_path / 'previous.ckpt'}" in message
    cut_off(tmp_path / "previous.ckpt")
    assert newest() == ("best.ckpt", 0)
    cut_off(tmp_path / "best.ckpt")
    with pytest.raises(ValueError, match=r"no checkpoint of the run can be read: .*last.*best"):
        newest_checkpoint(tmp_path)
