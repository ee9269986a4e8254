"""The benchmark commands run from end to end, with tiny sizes."""

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torchvision

from benchmarks import cpu, gpu
from benchmarks.parts import CPU_PARTS, GPU_PARTS
from benchmarks.results import caption


def read(folder: Path, part: str) -> dict[str, Any]:
    results: dict[str, Any] = json.loads((folder / f"{part}.json").read_text(encoding="utf-8"))
    return results


@pytest.fixture(scope="module")
def cpu_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the whole suite once."""
    folder = tmp_path_factory.mktemp("cpu")
    cpu.main(["--quick", "--threads", "1", "--output", str(folder)])
    return folder


@pytest.mark.parametrize("part", CPU_PARTS)
def test_results_stand_beside_their_circumstances(cpu_results: Path, part: str) -> None:
    results = read(cpu_results, part)
    assert results["command"].startswith("python benchmarks/cpu.py --quick --threads 1")
    assert results["threads"] == 1
    assert {"torch", "kymatio", "python"} <= results["versions"].keys()
    assert all(results[name] for name in ("commit", "date", "device", "rows"))


@pytest.mark.parametrize("part", CPU_PARTS)
def test_tables_have_a_cell_for_each_column(cpu_results: Path, part: str) -> None:
    for table in CPU_PARTS[part].tables(read(cpu_results, part)["rows"]):
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}


@pytest.mark.parametrize("part", [n for n, p in CPU_PARTS.items() if hasattr(p, "figure")])
def test_parts_with_a_figure_draw_it(cpu_results: Path, part: str) -> None:
    assert (cpu_results / f"{part}.png").stat().st_size > 1000


def test_networks_are_measured_with_both_allocators(cpu_results: Path) -> None:
    rows = read(cpu_results, "networks")["rows"]
    measured = {
        (row["preset"], row["skip"], row["action"], row["memory"])
        for row in rows
        if row["subject"] == "kymatio_learned"
    }
    assert len(measured) == 16
    assert all(second > 0 for row in rows for second in row["seconds"])


def test_everything_is_timed_as_often_as_is_asked(tmp_path: Path) -> None:
    options = ["--only", "constructor", "--rounds", "2", "--output", str(tmp_path)]
    cpu.main(["--quick", *options])
    results = read(tmp_path, "constructor")
    assert results["n"] == [2]
    assert "median of 2" in caption(results)
    assert "not a measurement" in caption(results)


def test_gpu_command_runs_on_the_cpu(tmp_path: Path) -> None:
    gpu.main(["--device", "cpu", "--quick", "--output", str(tmp_path)])
    operator = read(tmp_path, "gpu_operator")["rows"]
    assert {row["backend"] for row in operator} >= {"torch", "torch_matmul"}
    assert all(row["copy_seconds"] > 0 for row in operator)
    training = read(tmp_path, "gpu_training")["rows"]
    assert len(training) == 16
    assert all(row["images_a_second"] > 0 for row in training if not row["compiled"])
    (missing,) = read(tmp_path, "gpu_cifar10")["rows"]
    assert "--data" in missing["reason"]


def test_gpu_command_says_what_does_not_fit_into_the_time(tmp_path: Path) -> None:
    gpu.main(["--device", "cpu", "--quick", "--minutes", "0", "--output", str(tmp_path)])
    for part in ("gpu_operator", "gpu_training"):
        rows = read(tmp_path, part)["rows"]
        assert {row["reason"] for row in rows} == {"out of time"}
        assert GPU_PARTS[part].tables(rows)


def test_gpu_command_trains_on_cifar10(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = draw_cifar10(tmp_path / "data", monkeypatch)
    output = str(tmp_path / "results")
    options = ["--only", "gpu_cifar10", "--data", str(data), "--output", output]
    gpu.main(["--device", "cpu", "--quick", *options])
    rows = read(tmp_path / "results", "gpu_cifar10")["rows"]
    assert rows[0]["epoch"] == 1
    assert rows[0]["seconds"] > 0


def draw_cifar10(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write noise in the format of CIFAR-10."""
    cifar = torchvision.datasets.CIFAR10
    batches = folder / cifar.base_folder
    batches.mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (40, 3072), dtype=np.uint8)
    content = pickle.dumps({"data": pixels, "labels": [*range(10)] * 4}, protocol=2)
    for name in ("train", "test"):
        (batches / name).write_bytes(content)
        monkeypatch.setattr(cifar, f"{name}_list", [[name, None]])
    names = {"label_names": [str(digit) for digit in range(10)]}
    (batches / "batches.meta").write_bytes(pickle.dumps(names))
    monkeypatch.setattr(cifar, "meta", {**cifar.meta, "md5": None})
    return folder


def test_without_a_compiler_the_results_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    cpu.main(["--quick", "--only", "compilation", "--output", str(tmp_path)])
    (row,) = read(tmp_path, "compilation")["rows"]
    assert row == {"reason": "there is no C++ compiler"}
