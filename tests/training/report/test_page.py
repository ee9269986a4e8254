"""The page that compares runs."""

import re
from pathlib import Path

import pytest

from kymatio_learned.training.report.__main__ import main

from .written_run import write_run


def test_the_page_has_scores_and_differing_settings(page: Path) -> None:
    text = page.read_text()
    rows = [
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)
    ]
    assert rows[1] == ["slow", "93.21%", "93.21%", "3", "0.2500", "4", "6.0", "1,234", "1 x cpu"]
    assert rows[2][0] == "&lt;fast &amp; wrong&gt; (not finished)"
    assert rows[3] == ["setting", "slow", "&lt;fast &amp; wrong&gt;"]
    assert rows[4:] == [["optimisation.lr", "0.1", "0.5"], ["run.epochs", "4", "2"]]


def test_the_page_needs_no_network_and_no_script(page: Path) -> None:
    text = page.read_text()
    assert "://" not in text
    assert "<script" not in text
    pictures = set(re.findall(r'src="([^"]+)"', text))
    names = ("accuracy", "loss", "learning_rate", "seconds", "memory")
    assert pictures == {f"{name}.png" for name in names}
    assert {path.name for path in page.parent.iterdir()} == pictures | {"index.html"}


def test_what_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = write_run(tmp_path / "broken", 0.1, 0.5)
    (broken / "metrics.csv").write_text("epoch,seconds\none,two\n")
    cases = {str(tmp_path / "none"): "expected a run folder", str(broken): "cannot be read"}
    for path, message in cases.items():
        with pytest.raises(SystemExit) as stop:
            main([path, "--output-dir", str(tmp_path / "report")])
        assert stop.value.code == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "report").exists()
