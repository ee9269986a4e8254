"""The ImageNet script, on a small tree of drawn JPEG files."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from kymatio_learned.training import ClassificationModule, main
from kymatio_learned.training.checkpoints import read_checkpoint
from kymatio_learned.training.configuration import new_config

SCRIPT = Path(__file__).parents[2] / "examples" / "imagenet_train.py"
TINY = ["--model", "custom", "--J", "1", "--octave-layers", "1", "--L", "4", "--channels", "2"]
SHORT = [*TINY, "--image-size", "16", "--batch-size", "4", "--epochs", "2", "--num-workers", "0"]


@pytest.fixture(scope="module")
def defaults() -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("imagenet_train", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    options: dict[str, Any] = module.DEFAULTS
    return options


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("imagenet")
    noise = np.random.default_rng(0)
    for split in ("train", "val"):
        for name in ("n01", "n02", "n03"):
            for k in range(6):
                size = noise.integers(12, 60, 2)
                pixels = noise.integers(0, 256, (*size, 3), dtype=np.uint8)
                path = root / split / name / f"{k}.JPEG"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(path)
    return root


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kymatio_learned.training.outcome.write_figures", lambda *args: None)


def test_the_recipe_is_that_of_the_paper(defaults: dict[str, Any]) -> None:
    config = new_config(defaults)
    assert (config["run"]["epochs"], config["run"]["batch_size"]) == (150, 128)
    optimisation = config["optimisation"]
    assert (optimisation["lr"], optimisation["schedule"], optimisation["lr_step"]) == (
        0.01,
        "step",
        45,
    )
    assert defaults["model"] == "imagenet"


@pytest.mark.parametrize(
    "options",
    [
        ["--classes", "2"],
        ["--accumulate", "2", "--precision", "bf16-mixed"],
        ["--classes", "FILE", "--no-augment"],
    ],
)
def test_every_way_of_training_runs(
    options: list[str], tree: Path, tmp_path: Path, defaults: dict[str, Any]
) -> None:
    (tmp_path / "classes").write_text("n03\n\nn01\n")
    options = [option.replace("FILE", str(tmp_path / "classes")) for option in options]
    run = tmp_path / "run"
    argv = [*SHORT, *options, "--data-dir", str(tree), "--output-dir", str(run)]
    assert main(argv, defaults=defaults) == 0
    results = json.loads((run / "results.json").read_text())
    classes = 2 if "--classes" in options else 3
    assert (results["train_images"], results["test_images"]) == (6 * classes, 6 * classes)
    config = json.loads((run / "config.json").read_text())
    assert config["model"]["n_classes"] == classes
    if "FILE" in options:
        assert config["data"]["classes"] == ["n03", "n01"]


def test_a_run_goes_on_within_an_epoch(
    tree: Path, tmp_path: Path, defaults: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ClassificationModule.training_step

    def stopped(self: ClassificationModule, batch: Any, batch_idx: int) -> torch.Tensor:
        if self.current_epoch == 1 and batch_idx == 2:
            raise KeyboardInterrupt
        return step(self, batch, batch_idx)

    def argv(name: str) -> list[str]:
        auto = ["--resume", "auto", "--checkpoint-every-steps", "1"]
        return [*SHORT, *auto, "--data-dir", str(tree), "--output-dir", str(tmp_path / name)]

    assert main(argv("whole"), defaults=defaults) == 0
    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "training_step", stopped)
        assert main(argv("parts"), defaults=defaults) == 130
    assert main(argv("parts"), defaults=defaults) == 0
    whole, parts = (
        read_checkpoint(tmp_path / name / "checkpoints" / "last.ckpt")["state_dict"]
        for name in ("whole", "parts")
    )
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


@pytest.mark.slow
def test_the_compiled_network_learns_the_same(
    tree: Path, tmp_path: Path, defaults: dict[str, Any]
) -> None:
    for name, options in (("plain", []), ("compiled", ["--compile"])):
        argv = [*SHORT, *options, "--data-dir", str(tree), "--output-dir", str(tmp_path / name)]
        assert main(argv, defaults=defaults) == 0
    plain, compiled = (
        json.loads((tmp_path / name / "results.json").read_text()) for name in ("plain", "compiled")
    )
    assert compiled["loss"] == pytest.approx(plain["loss"], rel=1e-4)
