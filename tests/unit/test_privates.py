"""Tests use what the product offers. Ruff sees `object._name` (SLF001); here is what it does not see."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("weld_pulumi", "tools", "tests")


def privates(text: str) -> list[str]:
    """The private names of ours that a file imports or patches; a module may have a private name."""
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith(OURS)):
            folder = ROOT / (node.module or "").replace(".", "/")
            found += [each.name for each in node.names if not (folder / f"{each.name}.py").is_file()]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setattr":
            target, name = [each.value if isinstance(each, ast.Constant) else None for each in node.args][:2]
            if target is None:
                found.append(str(name))
            elif str(target).startswith(OURS):  # another library's is its own affair
                found.append(str(target))
    return [each for each in found if each.rpartition(".")[2].startswith("_") and not each.endswith("__")]


def test_a_developer_may_rename_what_is_private_without_a_test_that_breaks() -> None:
    files = {file.relative_to(ROOT): privates(file.read_text()) for file in (ROOT / "tests").rglob("*.py")}
    assert {file: names for file, names in files.items() if names} == {}


def test_each_way_to_reach_a_private_name_is_seen() -> None:
    assert privates("from weld_pulumi.config import NAMESPACE, _x") == ["_x"]
    assert privates("from .conftest import _x") == ["_x"]
    assert privates("monkeypatch.setattr(module, '_x', 1)") == ["_x"]
    assert privates("monkeypatch.setattr('weld_pulumi.config._x', 1)") == ["weld_pulumi.config._x"]
    assert privates("from weld_pulumi import __version__, _registry; patch.setattr('threading._x', 1)") == []
