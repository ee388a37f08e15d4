"""The examples in docstrings run."""

from __future__ import annotations

import inspect
import re
from textwrap import dedent
from typing import Any

import pulumi
import pytest

import weld_pulumi as weld
from weld_pulumi import errors, functions
from weld_pulumi.api.client import WeldClient
from weld_pulumi.config import Settings
from weld_pulumi.simulator import Simulator

from .calls import CALLS

pytestmark = pytest.mark.usefixtures("event_loop")


def example_in(documented: Any) -> str:
    """The code below the last "::" of a docstring, as a program."""
    _, found, code = str(inspect.getdoc(documented)).rpartition("::\n\n")
    assert found, "no example"
    return dedent(re.split(r"^\S", code, maxsplit=1, flags=re.MULTILINE)[0])


DOCUMENTED = {
    **{name: getattr(weld, name) for name in CALLS},
    "functions": functions,
    "errors": errors,
    "api": WeldClient,
}


@pytest.mark.parametrize("documented", DOCUMENTED.values(), ids=DOCUMENTED)
def test_a_developer_can_run_the_example_of_a_docstring(
    simulator: Simulator, there: dict[str, str], monkeypatch: pytest.MonkeyPatch, documented: Any
) -> None:
    WeldClient(Settings(simulator.api_key, simulator.url)).enable_sync(there["sync"])  # which starts a run
    simulator.create_orchestration("nightly")
    monkeypatch.setattr(pulumi, "export", lambda name, value: exported.update({name: value}))
    exported: dict[str, Any] = {}
    example = example_in(documented)
    for placeholder, id in (("con_1a2b", "shop"), ("q4Rk8vp_fhTjqf", "sync"), ("SCTVdLAcyDTgNx", "stream")):
        example = example.replace(placeholder, there[id])
    variables: dict[str, Any] = {}
    exec(example, variables)
    assert exported or variables.keys() - {"weld", "pulumi", "__builtins__"}
