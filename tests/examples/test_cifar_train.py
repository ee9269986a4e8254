"""The training script, by its command line."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from kymatio_learned.training import ClassificationModule
from kymatio_learned.training.arguments import GROUPS, MODEL_ARGUMENTS, build_parser
from kymatio_learned.training.configuration import new_config

SCRIPT = Path(__file__).parents[2] / "examples" / "cifar_train.py"
SHORT = [
    *("--model", "custom", "--J", "1", "--octave-layers", "1", "--L", "4", "--channels", "6"),
    *("--image-size", "8", "--train-samples", "40", "--batch-size", "20", "--epochs", "2"),
]


@pytest.fixture(scope="module")
def main() -> Callable[[list[str]], int]:
    spec = importlib.util.spec_from_file_location("cifar_train", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    script: Callable[[list[str]], int] = module.main
    return script


def read(run: Path, name: str = "results.json") -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run / name).read_text())
    return content


def draw_tree(root: Path, size: int = 16) -> Path:
    """Write an image-folder tree of noise."""
    noise = np.random.default_rng(0)
    for split in ("train", "val"):
        for name in ("cat", "dog"):
            folder = root / split / name
            folder.mkdir(parents=True)
            for k in range(9):
                pixels = noise.integers(0, 256, (size, size, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{k}.jpg")
    return root


def test_smoke_runs_from_end_to_end(
    main: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = tmp_path / "run"
    monkeypatch.setattr("sys.argv", [SCRIPT.name, "--smoke", "--output-dir", str(run)])
    assert main() == 0
    output = capsys.readouterr().out
    assert f"test accuracy {read(run)['accuracy']:.2%}" in output
    assert str(run / "figures") in output
    assert read(run)["epochs"] == 1
    assert read(run)["command"] == f"cifar_train.py --smoke --output-dir {run}"


def test_a_folder_of_colour_images_fits_the_network(
    main: Callable[[list[str]], int], tmp_path: Path
) -> None:
    tree, run = draw_tree(tmp_path / "images"), tmp_path / "run"
    data = ["--dataset", "folder", "--data-dir", str(tree), "--model", "cifar10"]
    assert main([*data, "--channels", *"44444444", "--smoke", "--output-dir", str(run)]) == 0
    arguments = read(run, "config.json")["model"]
    assert arguments["shape"] == [16, 16]
    assert (arguments["in_channels"], arguments["n_classes"]) == (3, 2)
    assert (arguments["L"], arguments["channels"]) == (4, [4] * 8)


def test_a_stopped_run_is_continued_and_scored(
    main: Callable[[list[str]], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert main([*SHORT, "--output-dir", str(whole)]) == 0

    def stop(self: ClassificationModule) -> None:
        if self.current_epoch == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "on_train_epoch_start", stop)
        assert main([*SHORT, "--output-dir", str(parts)]) == 130
    assert f"--resume {parts}" in capsys.readouterr().err
    assert not (parts / "results.json").exists()

    assert main(["--resume", str(parts)]) == 0
    results = [read(run) for run in (whole, parts)]
    assert results[0]["loss"] == results[1]["loss"]
    capsys.readouterr()

    assert main(["--evaluate", str(parts)]) == 0
    accuracy, loss = (results[1][name] for name in ("accuracy", "loss"))
    expected = f"test accuracy {accuracy:.2%}, test loss {loss:.4f}"
    assert capsys.readouterr().out.strip().endswith(expected)


def test_a_step_run_can_be_made_longer(main: Callable[[list[str]], int], tmp_path: Path) -> None:
    runs = [tmp_path / name for name in ("long", "extended")]
    options = [*SHORT, "--schedule", "step", "--lr-step", "1"]
    assert main([*options, "--output-dir", str(runs[0])]) == 0
    assert main([*options, "--epochs", "1", "--output-dir", str(runs[1])]) == 0
    assert main(["--resume", str(runs[1]), "--epochs", "2"]) == 0
    weights = [
        torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
        for run in runs
    ]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def error(main: Callable[[list[str]], int], argv: list[str], capsys: Any) -> str:
    """Give the one line on the error stream of a command that is refused."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(argv)
    assert stop.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    line: str = captured.err
    return line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--data-dir DIR/none --dataset folder", "expected a data folder, found none at DIR/none"),
        ("--data-dir DIR/empty --dataset folder", "found nothing"),
        ("--dataset folder", "needs a data folder (--data-dir)"),
        ("--dataset svhn", "invalid choice: 'svhn'"),
        ("--dataset cifar10 --data-dir DIR/empty", "expected CIFAR10, as torchvision keeps it"),
        ("--train-samples 9", "from 10 (the number of classes) to 1437 (all samples), got 9"),
        ("--train-samples 1438", "got 1438"),
        ("--model custom --J 2", "a custom model needs J and channels, got no ['channels']"),
        ("--channels 4 4", "expected 4 channels for J=4 and octave_layers=4"),
        ("--J 4 --image-size 8", "expected images of at least 16x16"),
        ("--nonlinearity relu", "modulus"),
        ("--backend jax", "jax"),
        ("--avg-pool median", "invalid number or 'global' value: 'median'"),
        ("--lr 0", "expected lr to be a positive number, got 0.0"),
        ("--batch-size 0", "expected a batch size of at least 1, got 0"),
        ("--epochs 0", "expected epochs to be at least 1, got 0"),
        ("--eval-every 0", "expected eval_every to be at least 1, got 0"),
        ("--seed -1", "expected a seed from 0 to 2**32 - 1, got -1"),
        ("--devices many", "invalid number or 'auto' value: 'many'"),
        ("--precision half", "invalid choice: 'half'"),
        ("--epochs few", "invalid int value: 'few'"),
        ("--output-dir DIR/used", "there is something in DIR/used"),
        ("--resume DIR/none", "expected a run folder, with config.json, found none at DIR/none"),
        ("--evaluate DIR/none", "expected a run folder, with config.json, found none at DIR/none"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_status_2(
    options: str,
    message: str,
    main: Callable[[list[str]], int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "notes.txt").touch()
    argv = options.replace("DIR", str(tmp_path)).split()
    line = error(main, argv, capsys)
    assert line.startswith("error: ")
    assert message.replace("DIR", str(tmp_path)) in line
    assert {path.name for path in tmp_path.rglob("*")} == {"empty", "used", "notes.txt"}


def test_a_run_keeps_its_options(
    main: Callable[[list[str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(tmp_path / "run")
    assert main([*SHORT, "--output-dir", run]) == 0
    line = error(main, ["--resume", run, "--lr", "0.1"], capsys)
    assert "beside --resume expected only ['checkpoint_every_steps', 'compile', 'data_dir'" in line
    assert "['lr']" in line
    assert "['epochs']" in error(main, ["--evaluate", run, "--epochs", "3"], capsys)
    line = error(main, ["--resume", run, "--epochs", "3"], capsys)
    assert "a one_cycle run of 2 epochs cannot be continued as one of 3" in line


def test_every_option_of_the_parser_has_its_place() -> None:
    options = set(vars(build_parser().parse_args([])))
    placed = {name for names in GROUPS.values() for name in names} | set(MODEL_ARGUMENTS)
    assert options == placed | {"model", "output_dir", "resume", "evaluate"}


def test_defaults_are_the_paper_except_for_the_digits() -> None:
    paper, digits = (new_config({"dataset": name}) for name in ("cifar10", "digits"))
    assert (paper["run"]["epochs"], paper["run"]["batch_size"]) == (300, 128)
    assert paper["optimisation"]["schedule"] == "step"
    assert digits["run"]["epochs"] < 100
    given = {"dataset": "digits", "epochs": 7}
    assert new_config(given)["run"]["epochs"] == 7
