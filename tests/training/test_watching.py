"""What is seen of a run while it goes on."""

import csv
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from kymatio_learned.models import LearnedScattering2D
from kymatio_learned.training import ClassificationModule, RunFolder, load_dataset, train
from kymatio_learned.training.data import ImageSplits
from kymatio_learned.training.diagnostics import matrix_diagnostics
from kymatio_learned.training.non_finite import first_non_finite
from kymatio_learned.training.resident_memory import resident_memory

from .runs import build, tensorboard_rows


@pytest.fixture(scope="module")
def splits() -> ImageSplits:
    return load_dataset("digits", image_size=8, train_samples=100)


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kymatio_learned.training.outcome.write_figures", lambda *args: None)


def network_of(module: ClassificationModule) -> LearnedScattering2D:
    assert isinstance(module.network, LearnedScattering2D)
    return module.network


class Terminal(io.StringIO):
    """Looks like a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_bars_also_of_an_epoch_that_goes_on(
    splits: ImageSplits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ClassificationModule.training_step

    def interrupted(self: ClassificationModule, batch: Any, batch_idx: int) -> torch.Tensor:
        if self.current_epoch == 1 and batch_idx == 3:
            raise KeyboardInterrupt
        return step(self, batch, batch_idx)

    def screen() -> str:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr(sys, "stderr", terminal)
        run = RunFolder(tmp_path)
        train(*build(splits), run, epochs=3, checkpoint_every_steps=1)
        return terminal.getvalue()

    with monkeypatch.context() as patch:
        patch.setattr(ClassificationModule, "training_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            screen()
    shown = screen()
    assert "Epoch 1/3" not in shown
    for epoch in ("Epoch 2/3, 0:00:0", "Epoch 3/3, 0:00:0"):
        assert epoch in shown
    assert "5/5" in shown
    for quantity in ("it/s", "loss=", "accuracy=", "test_accuracy="):
        assert quantity in shown


def test_lines_say_how_long_it_will_take(
    splits: ImageSplits, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(*build(splits), RunFolder(tmp_path), epochs=2)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    assert lines[0].endswith("left")
    assert lines[1].endswith(" s")


def test_diagnostics_are_those_of_the_matrices(splits: ImageSplits, tmp_path: Path) -> None:
    module, data = build(splits)
    train(module, data, RunFolder(tmp_path), epochs=2, diagnostics=True)
    with (tmp_path / "diagnostics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["epoch"], row["layer"]) for row in rows] == [("1", "layers.0"), ("2", "layers.0")]
    weight = network_of(module).layers[0].mixing.weight.detach().double().numpy()
    singular = np.linalg.svd(weight[..., 0] + 1j * weight[..., 1], compute_uv=False)
    assert float(rows[1]["largest_singular_value"]) == pytest.approx(singular[0])
    assert float(rows[1]["smallest_singular_value"]) == pytest.approx(singular[-1])
    assert float(rows[1]["norm"]) == pytest.approx(np.sqrt((singular**2).sum()))
    shown = tensorboard_rows(tmp_path)["layers.0/largest_singular_value"]
    assert [step for step, _ in shown] == [1, 2]


def test_a_unitary_matrix_preserves_norms() -> None:
    matrix = torch.linalg.qr(torch.randn(5, 3, dtype=torch.complex128)).Q
    values = matrix_diagnostics(torch.view_as_real(matrix), True)
    assert values["largest_singular_value"] == pytest.approx(1)
    assert values["smallest_singular_value"] == pytest.approx(1)


def test_a_run_that_is_not_finite_stops_with_the_layers_name(
    splits: ImageSplits, tmp_path: Path
) -> None:
    module, data = build(splits)
    calls = iter(range(1000))

    def breaks(layer: nn.Module, inputs: Any, output: torch.Tensor) -> torch.Tensor:
        # Five training batches and 18 of the test of the first epoch come before it.
        return output * float("nan") if next(calls) >= 5 + 18 + 2 else output

    network_of(module).layers[0].register_forward_hook(breaks)
    with pytest.raises(FloatingPointError, match=r"epoch 2, batch 3: .* the output of layers.0 on"):
        train(module, data, RunFolder(tmp_path), epochs=2)
    state = torch.load(tmp_path / "checkpoints" / "last.ckpt", weights_only=True)
    assert state["epoch"] == 0
    assert all(t.isfinite().all() for t in state["state_dict"].values())


def test_a_parameter_that_is_not_finite_is_named(splits: ImageSplits, tmp_path: Path) -> None:
    module, data = build(splits)
    with torch.no_grad():
        classifier = network_of(module).classifier
        assert classifier is not None
        classifier.linear.bias[3] = float("inf")
    with pytest.raises(FloatingPointError, match=r"epoch 1, batch 1: .* classifier.linear.bias on"):
        train(module, data, RunFolder(tmp_path), epochs=1)


def test_a_loss_that_is_not_finite_by_itself_is_named() -> None:
    assert first_non_finite(nn.Identity(), torch.ones(1, 2)) == "the loss"


def test_memory_is_that_of_all_processes() -> None:
    before = resident_memory()
    command = [sys.executable, "-c", "x = bytearray(2**27); print(flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert resident_memory() - before > 128
        child.communicate(b"\n")


def test_each_epoch_says_its_memory_and_older_rows_need_not(
    splits: ImageSplits, tmp_path: Path
) -> None:
    train(*build(splits), RunFolder(tmp_path), epochs=1)
    last = tmp_path / "checkpoints" / "last.ckpt"
    content = torch.load(last, weights_only=True)
    del content["callbacks"]["History"]["rows"][0]["memory"]  # as of a run that began before it
    torch.save(content, last)
    train(*build(splits), RunFolder(tmp_path), epochs=2)
    with (tmp_path / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["memory"] == ""
    assert 10 < float(rows[1]["memory"]) < 1e5
