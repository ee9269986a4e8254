"""The code reference lists every public name, and nothing that does not exist."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "codereference.rst"
MODULES = tuple(
    f"kymatio_learned.{name}"
    for name in ("torch", "numpy", "layers", "models", "interop", "analysis", "training", "studies")
)


def listed_names(page: str) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of each entry of the page."""
    module = ""
    for line in page.splitlines():
        if match := re.fullmatch(r"\.\. currentmodule:: (\S+)", line):
            module = match[1]
        elif match := re.fullmatch(r"   (\w+)|\.\. py:data:: (\w+)", line):
            yield module, match[1] or match[2]


def listed_objects() -> dict[str, list[Any]]:
    """Return, for each name of the page, the objects that it stands for."""
    objects: dict[str, list[Any]] = {}
    for module, name in listed_names(PAGE.read_text(encoding="utf-8")):
        shown = getattr(importlib.import_module(module), name, None)
        objects.setdefault(name, []).append(shown)
    return objects


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_listed(module: str) -> None:
    # A class that two modules offer is listed once: what counts is the object.
    listed = listed_objects()
    public = importlib.import_module(module)
    missing = [
        name
        for name in public.__all__
        if not any(getattr(public, name) is shown for shown in listed.get(name, []))
    ]
    assert not missing


def test_every_listed_name_is_public() -> None:
    for module, name in listed_names(PAGE.read_text(encoding="utf-8")):
        assert name in importlib.import_module(module).__all__, f"{module}.{name}"


def test_every_subpackage_with_public_names_is_checked() -> None:
    # A new public module must be added above, and so to the page.
    package = PAGE.parents[1] / "kymatio_learned"
    paths = [*package.glob("*.py"), *package.glob("*/__init__.py")]
    with_names = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in paths
        if "\n__all__ = " in path.read_text(encoding="utf-8")
    }
    assert with_names == set(MODULES)
