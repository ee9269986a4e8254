"""What the README shows runs, and what it links to exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(example.splitlines()) <= 12
    exec(compile(example, "README.md", "exec"), {})


@pytest.mark.parametrize(
    "target", [t for t in re.findall(r"\]\(([^)]+)\)", README) if "://" not in t]
)
def test_a_linked_file_exists(target: str) -> None:
    assert (ROOT / target).exists()


def test_the_commands_are_targets_of_the_makefile() -> None:
    commands = re.findall(r"^    make (\w+)", README, re.MULTILINE)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert commands == ["demo", "test"]
    assert set(commands) <= set(targets)
