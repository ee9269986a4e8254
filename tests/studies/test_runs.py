"""A run is done once, whatever happens to the others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kymatio_learned.studies import Run, run_all
from kymatio_learned.training import RunFolder

RUNS = [Run(f"plain/seed{seed}", {"seed": seed, "widths": (1, 2)}) for seed in range(4)]


class Counting:
    """Remember what was done, and stop at a run that is said to fail."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.done: list[int] = []
        self.fails_at = fails_at

    def __call__(self, config: Mapping[str, Any], folder: RunFolder) -> dict[str, Any]:
        if config["seed"] == self.fails_at:
            raise KeyboardInterrupt
        self.done.append(config["seed"])
        return {"accuracy": config["seed"] / 10, "folder": folder.path.name}


def quiet(line: str) -> None:
    pass


def test_results_come_in_the_order_of_the_runs(tmp_path: Path) -> None:
    results = run_all(tmp_path, RUNS, Counting(), say=quiet)
    assert list(results) == [run.name for run in RUNS]
    assert results["plain/seed3"] == {"accuracy": 0.3, "folder": "seed3"}


def test_a_stopped_study_goes_on(tmp_path: Path) -> None:
    first, second, third = Counting(fails_at=2), Counting(), Counting()
    with pytest.raises(KeyboardInterrupt):
        run_all(tmp_path, RUNS, first, say=quiet)
    before = run_all(tmp_path, RUNS, second, say=quiet)
    assert (first.done, second.done) == ([0, 1], [2, 3])
    assert run_all(tmp_path, RUNS, third, say=quiet) == before
    assert third.done == []


def test_more_runs_do_only_the_new_ones(tmp_path: Path) -> None:
    run_all(tmp_path, RUNS[:3], Counting(), say=quiet)
    new = Counting()
    run_all(tmp_path, RUNS, new, say=quiet)
    assert new.done == [3]


def test_shards_share_the_runs(tmp_path: Path) -> None:
    even, odd = Counting(), Counting()
    assert len(run_all(tmp_path, RUNS, even, shard=(0, 2), say=quiet)) == 2
    assert len(run_all(tmp_path, RUNS, odd, shard=(1, 2), say=quiet)) == 4
    assert (even.done, odd.done) == ([0, 2], [1, 3])


def test_only_runs_of_some_names_are_done(tmp_path: Path) -> None:
    first, second, third = Counting(), Counting(), Counting()
    run_all(tmp_path, RUNS, first, only="*/seed[13]", say=quiet)
    results = run_all(tmp_path, RUNS, second, only="*/seed[012]", shard=(1, 2), say=quiet)
    assert (first.done, second.done) == ([1, 3], [])
    assert list(results) == [RUNS[1].name, RUNS[3].name]  # the results are those of all runs
    run_all(tmp_path, RUNS, third, only="*/seed[012]", shard=(0, 2), say=quiet)
    assert third.done == [0, 2]


def test_results_of_another_configuration_are_not_taken(tmp_path: Path) -> None:
    run_all(tmp_path, RUNS, Counting(), say=quiet)
    other = Counting()
    with pytest.raises(ValueError, match=r"seed1 has results of another .* \(different: widths\)"):
        run_all(tmp_path, [RUNS[0], Run(RUNS[1].name, {"seed": 1, "widths": (3,)})], other)
    assert other.done == []


def test_wrong_arguments(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected runs of different names"):
        run_all(tmp_path, [RUNS[0], RUNS[0]], Counting())
    with pytest.raises(
        ValueError, match=r"expected a shard \(k, n\) with 0 <= k < n, got \(2, 2\)"
    ):
        run_all(tmp_path, RUNS, Counting(), shard=(2, 2))
