"""Runs that go on with other processes than those that began them."""

import shutil
from pathlib import Path

import pytest

from kymatio_learned.training import main

from .processes import SCRIPT, SHORT, two_machines, two_processes
from .runs import rows

STEP = ["--schedule", "step"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train one epoch with two processes."""
    run = tmp_path_factory.mktemp("begun") / "run"
    two_processes(SCRIPT, *SHORT, *STEP, "--epochs", "1", "--output-dir", str(run))
    return run


@pytest.mark.slow
def test_after_an_epoch_another_number_may_go_on(begun: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(begun, tmp_path / "run"))
    assert main(["--resume", str(run), "--epochs", "2"]) == 0
    assert [row["epoch"] for row in rows(run)] == ["1", "2"]


@pytest.mark.slow
def test_machines_that_see_different_checkpoints_are_told(begun: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(begun, tmp_path / "run"))
    # The second machine has the run's configuration, and no checkpoint.
    (tmp_path / "other").mkdir()
    shutil.copy(run / "config.json", tmp_path / "other")
    agents = two_machines(
        [SCRIPT, "--resume", str(run), "--epochs", "2"],
        [SCRIPT, "--resume", str(tmp_path / "other"), "--epochs", "2"],
    )
    outputs = [agent.communicate(timeout=300)[0] for agent in agents]
    assert all(agent.returncode != 0 for agent in agents), outputs
    assert any("must be on a disk that all machines share" in output for output in outputs)
    assert [row["epoch"] for row in rows(run)] == ["1"]
