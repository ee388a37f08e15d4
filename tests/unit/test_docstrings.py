"""Every example in the docstring of a public class runs as it stands, under Pulumi's mocks."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pulumi
import pytest
from pulumi.runtime import set_mocks

import weld_pulumi as weld
from tests.support.mocks import TOKEN, Weld, seen
from weld_pulumi import testing

pytestmark = [
    pytest.mark.usefixtures("event_loop"),
    # In one worker with the other tests that import it: the SDK of Databricks takes five seconds to load.
    pytest.mark.xdist_group("databricks-sdk"),
]

RESOURCES: list[Any] = [weld.Connection, weld.EltSync, weld.EltSyncRun, weld.Provider, weld.SourceStream]
DOCUMENTED: dict[str, Any] = {
    "weld_pulumi": weld,
    **{each.__name__: each for each in [*RESOURCES, weld.SourceStreamArgs]},
    "get": weld.EltSync.get,
}


def example_in(documented: Any) -> str:
    _, found, code = str(inspect.getdoc(documented)).partition("::\n\n")
    assert found, "no example"
    return dedent(re.split(r"^\S", code, maxsplit=1, flags=re.MULTILINE)[0])


def examples_in(documented: Any) -> str:
    """Return all examples of a docstring, as one file."""
    parts = re.findall(r"::\n\n((?:    .*\n|\n)+)", f"{inspect.getdoc(documented)}\n")
    return "\n".join(map(dedent, parts))


def run(example: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Run an example as a program; return the type of each resource that it declares."""
    monkeypatch.setattr(pulumi, "export", lambda name, value: None)
    pulumi.runtime.set_all_config({"project:teamBKey": "key-of-team-b"}, ["project:teamBKey"])
    mocks = Weld()
    set_mocks(mocks)

    def program() -> list[Any]:
        exec(example, {})
        return []

    seen(program)
    return {name: made.typ for name, made in mocks.made.items()}


@pytest.mark.parametrize("documented", DOCUMENTED.values(), ids=DOCUMENTED)
def test_a_developer_can_run_the_example_of_a_class_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, documented: Any
) -> None:
    declared = run(example_in(documented), monkeypatch)
    if documented in RESOURCES and documented is not weld.Provider:
        assert TOKEN + documented.__name__ in declared.values()
    assert declared or documented is weld.SourceStreamArgs


def test_a_developer_can_run_the_tests_that_the_module_for_tests_shows(tmp_path: Path) -> None:
    (tmp_path / "test_shown.py").write_text(examples_in(testing))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", str(tmp_path)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert "2 passed" in ran.stdout, ran.stdout


def test_an_example_exists_for_every_public_class_that_a_program_constructs() -> None:
    constructed = {
        name
        for name in weld.__all__
        if inspect.isclass(found := getattr(weld, name)) and not issubclass(found, Exception)
    }
    assert constructed - {"SourceStreamArgsDict"} == set(DOCUMENTED) - {"weld_pulumi", "get"}
