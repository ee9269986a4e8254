"""A training of a study tests once, at the end, and leaves no checkpoint."""

from pathlib import Path
from typing import Any

import pytest
import torch

from kymatio_learned.studies import Problem, build_network, train_once
from kymatio_learned.studies.recipes import PAPER_RECIPE
from kymatio_learned.training import RunFolder

CONFIG: dict[str, Any] = {
    "network": "learned_scattering",
    "arguments": {"J": 1, "octave_layers": 1, "L": 2, "channels": [4]},
    "train_samples": 60,
    "subset_seed": 1,
    "seed": 2,
    "epochs": 2,
    "batch_size": 20,
    "augment": True,
    "optimisation": PAPER_RECIPE,
}


@pytest.fixture(scope="module")
def problem() -> Problem:
    return Problem("digits", test_samples=40)


def test_result_is_repeatable_and_the_network_is_kept(problem: Problem, tmp_path: Path) -> None:
    runs = [RunFolder(tmp_path / name) for name in "ab"]
    a, b = (train_once(CONFIG, problem, run, keep_network=True) for run in runs)
    assert (a["accuracy"], a["loss"]) == (b["accuracy"], b["loss"])
    assert (a["train_images"], a["test_images"], a["epochs"]) == (60, 40, 2)
    assert not runs[0].checkpoints.exists()
    states = [torch.load(run.path / "network.pt", weights_only=True) for run in runs]
    assert all(torch.equal(tensor, states[1][name]) for name, tensor in states[0].items())
    build_network(CONFIG["network"], CONFIG["arguments"], problem.splits(10)).load_state_dict(
        states[0]
    )


def test_seed_matters(problem: Problem, tmp_path: Path) -> None:
    a, b = (
        train_once(CONFIG | {"seed": seed}, problem, RunFolder(tmp_path / str(seed)))
        for seed in (2, 3)
    )
    assert a["loss"] != b["loss"]


def test_divergence_is_a_result(problem: Problem, tmp_path: Path) -> None:
    config = CONFIG | {"network": "resnet20", "arguments": {}, "epochs": 3}
    config["optimisation"] = PAPER_RECIPE | {"lr": 1e30}
    result = train_once(config, problem, RunFolder(tmp_path / "run"))
    assert result["accuracy"] is None
    assert "not finite" in result["diverged"]
