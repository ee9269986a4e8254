"""Run folders and checkpoints that are damaged, of something else, or not to be used so."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from .commands import DIGITS, assert_refused, nothing, run_main

RESUME = ["--resume", "RUN", "--epochs", "3"]


def checkpoint_of(run: Path, name: str = "last") -> Path:
    return run / "checkpoints" / f"{name}.ckpt"


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def change_a_bit(path: Path) -> None:
    weights = torch.load(path, weights_only=True)["state_dict"]["network.layers.0.mixing.weight"]
    content = bytearray(path.read_bytes())
    content[content.index(weights.numpy().tobytes())] ^= 1
    path.write_bytes(content)


def other_network(path: Path) -> None:
    content = torch.load(path, weights_only=True)
    content["state_dict"]["network.layers.0.mixing.weight"] = torch.zeros(3, 5, 2)
    torch.save(content, path)


def not_finite(path: Path) -> None:
    content = torch.load(path, weights_only=True)
    content["state_dict"]["network.layers.0.mixing.weight"].fill_(float("nan"))
    torch.save(content, path)


def rewrite(**values: Any) -> Callable[[Path], None]:
    return lambda path: torch.save(torch.load(path, weights_only=True) | values, path)


def only(change: Callable[[Path], object]) -> Callable[[Path], None]:
    """Change the last checkpoint, and remove the others."""

    def change_it(run: Path) -> None:
        for name in ("previous", "best"):
            checkpoint_of(run, name).unlink()
        change(checkpoint_of(run))

    return change_it


def config(change: Callable[[str], str]) -> Callable[[Path], None]:
    def write(run: Path) -> None:
        path = run / "config.json"
        path.write_text(change(path.read_text()))

    return write


# Kind: how the run is broken, the command, what the error says.
ERRORS: dict[str, tuple[Callable[[Path], object], list[str], str]] = {
    "only checkpoint cut off": (only(cut_off), RESUME, "no checkpoint of the run can be read"),
    "a bit of the checkpoint has changed": (
        only(change_a_bit),
        RESUME,
        "last.ckpt is damaged",
    ),
    "only checkpoint is a text": (
        only(lambda path: path.write_text("hello")),
        RESUME,
        "last.ckpt is damaged",
    ),
    "only checkpoint is empty": (
        only(lambda path: path.write_bytes(b"")),
        RESUME,
        "last.ckpt is damaged",
    ),
    "checkpoint of another network": (only(other_network), RESUME, "is of another network"),
    "checkpoint of a newer format": (
        only(rewrite(kymatio_learned_format=99)),
        RESUME,
        "has format 99, of a newer kymatio_learned",
    ),
    "checkpoint that would run code": (only(rewrite(print=print)), RESUME, "could run code"),
    "checkpoint of something else": (
        only(lambda path: torch.save({"weights": torch.zeros(2)}, path)),
        RESUME,
        "is not a checkpoint of a training",
    ),
    "checkpoint with weights that are not finite": (
        only(not_finite),
        RESUME,
        "not finite from layers.0.mixing.weight on",
    ),
    "no checkpoint to score": (
        lambda run: shutil.rmtree(run / "checkpoints"),
        ["--evaluate", "RUN"],
        "expected a checkpoint in",
    ),
    "configuration cut off": (config(lambda text: text[:100]), RESUME, "is not a configuration"),
    "configuration of something else": (config(lambda text: "{}"), RESUME, "is not a config"),
    "configuration of a newer version": (
        config(lambda text: text.replace('"eval_every"', '"warp": 9, "eval_every"')),
        RESUME,
        "its options ['warp'] are of a newer version",
    ),
    "no run": (shutil.rmtree, RESUME, "expected a run folder, with config.json, found none at RUN"),
    "folder in use": (nothing, [*DIGITS, "--output-dir", "RUN"], "there is something in RUN"),
    "begun with other options": (
        nothing,
        [*DIGITS, "--lr", "9", "--resume", "auto", "--output-dir", "RUN"],
        "was begun with other options",
    ),
    "automatic without a folder": (
        nothing,
        [*DIGITS, "--resume", "auto"],
        "--resume auto needs the run's folder",
    ),
    "shorter than it is": (nothing, ["--resume", "RUN", "--epochs", "1"], "may only get longer"),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_broken_runs_are_refused(
    kind: str, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    break_it, command, message = ERRORS[kind]
    break_it(run)
    result = run_main([option.replace("RUN", str(run)) for option in command], capsys)
    assert_refused(*result, message.replace("RUN", str(run)), tmp_path)


@pytest.mark.parametrize("damage", [cut_off, change_a_bit])
def test_a_damaged_checkpoint_has_one_before_it(
    damage: Callable[[Path], None], run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(checkpoint_of(run))
    status, _, error = run_main(["--resume", str(run), "--epochs", "3"], capsys)
    assert status == 0
    assert "last.ckpt is damaged" in error
    assert f"Going on from {checkpoint_of(run, 'previous')}" in error
