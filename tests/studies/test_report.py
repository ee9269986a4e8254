"""The report holds what was measured."""

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from kymatio_learned.studies import mean_and_spread, table, write_report


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.5, 0.6, 0.7], "60.0 ± 10.0"),
        ([0.123], "12.3"),
        ([], ""),
        ([None, None], "diverged"),
        ([0.5, None, 0.7], "60.0 ± 14.1 (1 of 3 diverged)"),
    ],
)
def test_mean_and_sample_deviation(values: list[float | None], text: str) -> None:
    assert mean_and_spread(values) == text


def test_table_without_rows() -> None:
    assert table([]).count("\n") == 1


def test_files(tmp_path: Path) -> None:
    rows = [{"network": "plain", "accuracy": "51.0"}]
    text = write_report(
        tmp_path,
        options={"seeds": 1},
        rows=rows,
        runs={"plain/seed0": {"accuracy": 0.51}},
        n_runs=3,
        figures={"accuracies": Figure()},
    )
    assert "1 of 3 runs are finished." in text
    assert (tmp_path / "table.md").read_text() == text + "\n"
    report = json.loads((tmp_path / "results.json").read_text())
    assert report["table"] == rows
    assert report["runs"]["plain/seed0"]["accuracy"] == 0.51
    assert (report["finished"], report["of"], report["options"]) == (1, 3, {"seeds": 1})
    assert {"python", "torch", "scikit-learn"} <= set(report["versions"])
    assert all(report[name] for name in ("command", "commit", "date", "device"))
    assert (tmp_path / "accuracies.png").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "accuracies.png",
        "results.json",
        "table.md",
    ]
