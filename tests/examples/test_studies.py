"""The studies run from end to end, and do nothing twice."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from kymatio_learned.studies import build_network
from kymatio_learned.training.data import ImageSplits, ImageTensor

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDIES: dict[str, list[str]] = {
    "nonlinearity_study": [],
    "small_sample": [],
    "separation_study": ["--only", "[mck][oau]*"],
    "reproduce": ["--table", "concentration"],
}
RUNS = {
    "nonlinearity_study": [
        "plain/modulus/seed0",
        "skip/modulus/seed0",
        "resnet20/abs/seed0",
        "resnet20-without-biases/abs/seed0",
    ],
    "small_sample": [f"{name}/40/subset0" for name in ("plain", "skip", "kymatio", "resnet20")],
    "separation_study": [
        f"{name}/seed0"
        for name in (
            "modulus",
            "modulus-skip",
            "concentration",
            "untrained-modulus",
            "untrained-soft-threshold",
            "cascade",
            "kymatio",
        )
    ],
    "reproduce": [
        f"{name}/seed0"
        for name in (
            "scattering-tree",
            "projection",
            "concentration-relu",
            "concentration-soft_threshold",
            "resnet20",
        )
    ],
}
SUBFOLDERS = {"reproduce": "table-concentration"}


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def done(output: str) -> list[str]:
    """Return the names of the runs that were done, from the lines that announce them."""
    return [line.split()[1] for line in output.splitlines() if line.startswith("[")]


@pytest.mark.parametrize("name", STUDIES)
def test_smoke(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main: Callable[[list[str]], int] = load(name).main
    command = [*STUDIES[name], "--smoke", "--output-dir", str(tmp_path)]
    assert main(command) == 0
    output = capsys.readouterr().out
    assert done(output) == RUNS[name]
    folder = tmp_path / SUBFOLDERS.get(name, "")
    report = json.loads((folder / "results.json").read_text())
    assert list(report["runs"]) == RUNS[name]
    assert report["finished"] == len(RUNS[name]) <= report["of"]
    assert len(report["table"]) >= len(RUNS[name])
    assert (folder / "table.md").read_text().strip() in output
    for path in folder.glob("*.png"):
        Image.open(path).verify()
    assert list(folder.glob("*.png"))

    # Once more: only what is missing is done, and the report is the same.
    (folder / RUNS[name][-1] / "outcome.json").unlink()
    assert main(command) == 0
    assert done(capsys.readouterr().out) == RUNS[name][-1:]
    assert json.loads((folder / "results.json").read_text())["table"] == report["table"]


@pytest.mark.parametrize("name", STUDIES)
def test_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        load(name).main(["--help"])
    assert stop.value.code == 0
    output = capsys.readouterr().out
    for option in ("--dataset", "--data-dir", "--output-dir", "--shard", "--only", "--smoke"):
        assert option in output


def test_unusable_arguments_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main = load("small_sample").main
    folder = ["--output-dir", str(tmp_path)]
    for arguments, message in (
        (["--dataset", "folder", "--data-dir", str(tmp_path / "none")], "expected a data folder"),
        (["--shard", "2/2"], "expected a shard"),
        (["--shard", "x"], "argument --shard: invalid K/N value: 'x'"),
        (["--sizes", "100", "0"], "expected sizes of at least 1 image, got [100, 0]"),
    ):
        with pytest.raises(SystemExit) as stop:
            main([*folder, *arguments])
        assert stop.value.code == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def configurations(name: str, argv: list[str]) -> dict[str, dict[str, Any]]:
    """Return what a command would do, without doing it."""
    module = load(name)
    plans: list[Any] = []

    def keep(parser: Any, options: Any, *, plan: Any, **rest: Any) -> int:
        plans.extend(plan(options))
        return 0

    module.run_study = keep
    module.main(argv)
    return {run.name: run.config for run in plans}


def test_full_tables_have_the_settings_of_the_papers() -> None:
    runs = configurations("reproduce", ["--table", "1", "--full"])
    plain = runs["learned-scattering/seed0"]
    assert plain["network"] == "learned_scattering_cifar10"
    assert (plain["epochs"], plain["batch_size"], plain["train_samples"]) == (300, 128, None)
    assert plain["optimisation"] == {
        "lr": 0.01,
        "momentum": 0.9,
        "weight_decay": 1e-4,
        "schedule": "step",
        "lr_step": 70,
        "label_smoothing": 0.0,
    }
    imagenet = configurations("reproduce", ["--table", "1", "--full", "--dataset", "imagenet"])
    skip = imagenet["learned-scattering-skip/seed0"]
    assert (skip["network"], skip["arguments"]) == ("learned_scattering_imagenet", {"skip": True})
    assert (skip["epochs"], skip["optimisation"]["lr_step"]) == (150, 45)
    assert imagenet["resnet18/seed0"]["network"] == "resnet18"
    table3 = configurations("reproduce", ["--table", "3", "--full"])
    assert {run["network"] for run in table3.values()} == {"resnet18"}
    assert not any(run["arguments"]["bias"] for run in table3.values())
    two_layer = configurations(
        "reproduce", ["--table", "two-layer", "--full", "--dataset", "mnist"]
    )
    patches = two_layer["patches-soft_threshold/seed0"]
    assert (patches["network"], patches["epochs"]) == ("patch_concentration_mnist", 300)


@pytest.mark.parametrize("table", ["1", "2", "3", "two-layer", "concentration"])
@pytest.mark.parametrize("options", ["", "--full", "--full --dataset imagenet"])
def test_all_networks_of_the_tables_exist(table: str, options: str) -> None:
    """Built without their numbers, for images of that size."""
    argv = ["--table", table, *options.split()]
    if table == "two-layer" and "imagenet" in options:
        with pytest.raises(ValueError, match="expected other data"):
            configurations("reproduce", argv)
        return
    runs = configurations("reproduce", argv)
    side = 224 if "imagenet" in options or (table == "3" and "--full" in options) else 32
    image = ImageTensor(torch.zeros(2, 3, side, side, dtype=torch.uint8), torch.arange(2))
    splits = ImageSplits(image, image, ("a", "b"), (0.5,) * 3, (0.5,) * 3, flip=True)
    for config in runs.values():
        with torch.device("meta"):
            build_network(config["network"], config["arguments"], splits)


def test_imagenet_has_no_small_scale() -> None:
    with pytest.raises(ValueError, match="ImageNet comes with --full"):
        configurations("reproduce", ["--table", "1", "--dataset", "imagenet"])


def test_networks_of_the_small_sample_study_see_as_many_images() -> None:
    runs = configurations("small_sample", ["--images-seen", "6000", "--subsets", "1"])
    seen = {
        name: run["epochs"] * run["train_samples"]
        for name, run in runs.items()
        if "kymatio" not in name
    }
    assert set(seen.values()) == {6000}


def test_a_network_that_diverged_is_in_the_table_of_the_separation_study() -> None:
    measured = {"layer": "input", "probe_accuracy": 0.5, "fisher_ratio": 1.0}
    good = {"accuracy": 0.6, "loss": 1.0, "layers": [measured], "train_collapse": {"nc1": 0.1}}
    bad = {"accuracy": None, "diverged": "the loss is nan"}
    rows = load("separation_study").table_rows("modulus", [good, bad])
    assert [row["accuracy (%)"] for row in rows] == ["50.0", "60.0 (1 of 2 diverged)"]
    (row,) = load("separation_study").table_rows("modulus", [bad])
    assert row["accuracy (%)"] == "diverged"
