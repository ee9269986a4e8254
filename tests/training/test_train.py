"""Training: what a run leaves behind, and that it can be repeated and continued exactly."""

import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.training import (
    ClassificationModule,
    RunFolder,
    evaluate,
    load_dataset,
    train,
)
from kymatio_learned.training.data import ImageSplits

from .runs import age, assert_same, assert_same_run, build, rows, tensorboard_rows

EPOCHS = 2


@pytest.fixture(scope="module")
def splits() -> ImageSplits:
    return load_dataset("digits", image_size=8, train_samples=100)


def test_a_run_leaves_everything_in_its_folder(splits: ImageSplits, tmp_path: Path) -> None:
    module, data = build(splits)
    initial = {name: p.detach().clone() for name, p in module.named_parameters()}
    run = RunFolder(tmp_path / "run")
    results = train(module, data, run, epochs=3)

    assert results["epochs"] == 3
    assert results["parameters"] == sum(p.numel() for p in module.network.parameters())
    assert (results["train_images"], results["test_images"]) == (100, 360)
    assert results["versions"]["torch"] == torch.__version__.split("+")[0]
    figures = {path.name for path in run.figures.iterdir()}
    assert figures == {"learning_curves.png", "confusion_matrix.png", "wavelets.png"}
    assert list((run.path / "tensorboard").glob("events.out.tfevents.*"))
    assert not list(run.path.rglob(".*"))

    epochs = rows(run.path)
    assert [row["epoch"] for row in epochs] == ["1", "2", "3"]
    assert float(epochs[-1]["test_accuracy"]) == results["accuracy"]
    assert float(epochs[-1]["test_loss"]) == results["loss"]
    assert results["best_accuracy"] == max(float(row["test_accuracy"]) for row in epochs)
    shown = tensorboard_rows(run.path)["test_accuracy"]
    assert [step for step, _ in shown] == [1, 2, 3]
    assert shown[-1][1] == pytest.approx(results["accuracy"])
    for name, parameter in module.named_parameters():
        assert not torch.equal(parameter, initial[name]), f"{name} was not trained"


def test_a_checkpoint_of_plain_types_gives_the_network_back(
    splits: ImageSplits, tmp_path: Path
) -> None:
    module, data = build(splits)
    run = RunFolder(tmp_path)
    results = train(module, data, run, epochs=3)
    images = data.normalised(splits.test.images(range(360)))
    accuracy = {}
    for name in ("last", "best"):
        checkpoint = torch.load(run.path / "checkpoints" / f"{name}.ckpt", weights_only=True)
        network = LearnedScattering2D(**checkpoint["network_config"]).eval()
        prefix = "network."
        weights = {
            key.removeprefix(prefix): value
            for key, value in checkpoint["state_dict"].items()
            if key.startswith(prefix)
        }
        network.load_state_dict(weights)
        with torch.no_grad():
            right = network(images).argmax(1) == splits.test.labels
        accuracy[name] = right.double().mean().item()
    assert accuracy["last"] == pytest.approx(results["accuracy"], abs=1e-6)
    assert accuracy["best"] == pytest.approx(results["best_accuracy"], abs=1e-6)


def test_evaluation_gives_the_logged_scores(splits: ImageSplits, tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    results = train(*build(splits), run, epochs=1)
    scores = evaluate(*build(splits), run)
    assert scores == {name: results[name] for name in ("accuracy", "loss")}


def test_a_seeded_run_repeats_bit_for_bit(splits: ImageSplits, tmp_path: Path) -> None:
    modules = []
    for name in ("first", "again"):
        module, data = build(splits)
        train(module, data, RunFolder(tmp_path / name), epochs=EPOCHS)
        modules.append(module)
    assert_same(*(dict(module.state_dict()) for module in modules))


@pytest.mark.parametrize("schedule", ["step", "cosine", "one_cycle"])
def test_every_schedule_goes_on(
    schedule: str, splits: ImageSplits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"schedule": schedule, "lr_step": 1}
    whole, parts = RunFolder(tmp_path / "whole"), RunFolder(tmp_path / "parts")
    expected = train(*build(splits, **options), whole, epochs=EPOCHS)

    training_step = ClassificationModule.training_step

    def interrupted(self: ClassificationModule, batch: Any, batch_idx: int) -> Tensor:
        if self.current_epoch == 1 and batch_idx == 3:
            raise KeyboardInterrupt
        return training_step(self, batch, batch_idx)

    handler = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "training_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(*build(splits, **options), parts, epochs=EPOCHS)
    assert signal.getsignal(signal.SIGINT) is handler
    age(parts.path)
    results = train(*build(splits, **options), parts, epochs=EPOCHS)
    for name in ("accuracy", "loss", "best_accuracy", "best_epoch", "epochs"):
        assert results[name] == expected[name]
    assert_same_run(whole.path, parts.path)


def test_a_finished_run_gives_its_results_again(splits: ImageSplits, tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    first, again = (train(*build(splits), run, epochs=1) for _ in range(2))
    assert first == again


def test_epochs_without_test_are_left_empty(splits: ImageSplits, tmp_path: Path) -> None:
    results = train(*build(splits), RunFolder(tmp_path), epochs=3, eval_every=2)
    assert [bool(row["test_accuracy"]) for row in rows(tmp_path)] == [False, True, False]
    assert results["best_epoch"] == 2
    assert 0 < results["accuracy"] <= 1


def test_double_precision_is_passed_on(splits: ImageSplits, tmp_path: Path) -> None:
    module, data = build(splits)
    train(module, data, RunFolder(tmp_path), epochs=1, precision="64-true", smoke=True)
    assert next(module.network.parameters()).dtype == torch.float64


def test_wrong_options_are_refused(splits: ImageSplits, tmp_path: Path) -> None:
    module, data = build(splits)
    with pytest.raises(ValueError, match=r"checkpoint in .*checkpoints, found none"):
        evaluate(module, data, RunFolder(tmp_path))
    with pytest.raises(ValueError, match="half"):
        train(module, data, RunFolder(tmp_path), epochs=1, precision="half")
    assert not list(tmp_path.iterdir())
