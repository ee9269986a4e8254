"""A study's command: what it returns, and that it goes on."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from pytorch_lightning.utilities.exceptions import SIGTERMException

from kymatio_learned.studies import Problem, Run, run_study, study_parser
from kymatio_learned.training import RunFolder


class Study:
    """Two runs, of which the second one may raise an error."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.done: list[int] = []

    def plan(self, options: argparse.Namespace) -> list[Run]:
        return [Run(f"seed{seed}", {"seed": seed}) for seed in range(options.seeds)]

    def execute(self, config: Mapping[str, Any], folder: RunFolder, problem: Problem) -> Any:
        if config["seed"] == 1 and self.error is not None:
            raise self.error
        self.done.append(config["seed"])
        return {"test_images": len(problem.test)}

    def report(
        self, options: argparse.Namespace, results: dict[str, Any]
    ) -> tuple[list[dict[str, object]], dict[str, Figure]]:
        return [{"run": name, "images": r["test_images"]} for name, r in results.items()], {}

    def run(self, folder: Path, *argv: str) -> int:
        parser = study_parser("test", "A test.", seeds=5)
        options = parser.parse_args(["--output-dir", str(folder), "--smoke", *argv])
        return run_study(
            parser,
            options,
            plan=self.plan,
            execute=self.execute,
            report=self.report,
            smoke={"seeds": 2, "test_samples": 30},
        )


def test_smoke_replaces_options(tmp_path: Path) -> None:
    study = Study()
    assert study.run(tmp_path, "--seeds", "4") == 0
    assert study.done == [0, 1]
    report = json.loads((tmp_path / "results.json").read_text())
    assert report["table"] == [{"run": f"seed{k}", "images": 30} for k in range(2)]
    assert report["options"]["dataset"] == "digits"


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt(), 130), (SIGTERMException(), 143)], ids=repr
)
def test_a_stopped_study_says_that_it_goes_on(
    error: BaseException, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped, second = Study(error), Study()
    assert stopped.run(tmp_path) == status
    assert capsys.readouterr().err.strip() == "Stopped; the same command goes on."
    assert not (tmp_path / "results.json").exists()
    assert second.run(tmp_path) == 0
    assert (stopped.done, second.done) == ([0], [1])


def test_errors_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        Study(ValueError("two\nlines")).run(tmp_path)
    assert stop.value.code == 2
    assert capsys.readouterr().err == "error: two lines\n"
