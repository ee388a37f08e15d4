"""The parts of programs that guides show run under Pulumi's mocks, beside what they refer to."""

from __future__ import annotations

import ast
from importlib import import_module
from typing import Any

import pulumi
import pytest
from pulumi.runtime import set_mocks

import weld_pulumi as weld
from tests.support.mocks import Weld, seen
from tests.support.pages import ROOT, blocks, pages, snippets

pytestmark = [
    pytest.mark.usefixtures("event_loop"),
    # In one worker with the other tests that import it: the SDK of Databricks takes five seconds to load.
    pytest.mark.xdist_group("databricks-sdk"),
]

PARTS = {
    f"{page.removeprefix('docs/')}-{number}": part for page in pages() for number, part in enumerate(snippets(page), 1)
}
#: What stands for "…," in an example: the arguments that every sync has.
GIVEN: dict[str, Any] = {"connection_id": "con_1a2b", "destination_schema_name": "raw", "sync_interval": "0 3 * * *"}


def surroundings() -> dict[str, Any]:
    """Return the names that parts refer to."""
    return {
        "pulumi": pulumi,
        "weld": weld,
        "sync": weld.EltSync.get("theirs", "q4Rk8vp_fhTjqf"),
        "given": GIVEN,
    }


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_a_part_of_a_program_that_a_guide_shows_declares_resources(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(pulumi, "export", lambda name, value: None)
    monkeypatch.setattr(weld, "get_connection", lambda **wanted: None)  # tests/unit/functions asks Weld
    mocks = Weld()
    set_mocks(mocks)

    def program() -> list[Any]:
        variables = surroundings()
        if "databricks." in part:
            variables["databricks"] = import_module("pulumi_databricks")
        exec(part.replace("…,", "**given,"), variables)
        if "source_streams" in variables:  # a list alone: what a sync makes of it
            weld.EltSync("with-the-list", **GIVEN, source_streams=variables["source_streams"])
        return []

    seen(program)
    assert len(mocks.made) > 1 or "get_connection" in part


def test_every_page_with_commands_is_followed_by_a_test() -> None:
    tests = [test.read_text("utf-8") for test in (ROOT / "tests").rglob("test_*.py")]
    for page in pages():
        if any(block.language in ("sh", "console", "diff") for block in blocks(page)):
            assert any(f'"{page}"' in test for test in tests), f"no test follows {page}"


@pytest.mark.parametrize("page", pages())
def test_every_program_of_a_page_is_python(page: str) -> None:
    for block in blocks(page):
        if block.language == "python":
            ast.parse(block.text.replace("…,", "**given,"))
