"""What Weld's texts may do to the terminal of the person who watches Pulumi: nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.cli import STACK
from tests.support.engine import Result
from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.waiting import program
from weld_pulumi.simulator import Simulator

#: A link that shows another text than its address, a line over the last one, letters from right to left, C1, nothing.
FORGED = "\x1b]8;;https://evil.example/\x07Weld\x1b]8;;\x07\x1b[1A\x9b2K\u202ecba\u2066\u2028\u200b"
COMMANDS = {c for c in FORGED if not c.isprintable()}


def commands_in(result: Result) -> set[str]:
    return COMMANDS & set(result.text)


def lists_one(weld: Simulator, **fields: Any) -> None:
    """Let Weld's list of connections have this one."""
    connection = {"id": "con1", "integration_id": "stripe", "label": "Stripe", **fields}
    weld.fault("status", "GET", "/connections", times=None, status=200, body={"data": [connection]})


@pytest.mark.long
@pytest.mark.parametrize("arguments", first_quick(["adopt=True", "authorization_timeout=0"]))
def test_an_id_that_is_a_forged_link_is_refused(weld: Simulator, stack: Stacks, arguments: str) -> None:
    """The engine itself shows ids as they are, so it gets none of these."""
    lists_one(weld, id=f"con{FORGED}")
    project = stack(program(f'label="Stripe", {arguments}'))
    runs = [project.preview(check=False), project.up(check=False), project.cli("stack", "--show-ids", "--stack", STACK)]
    assert [commands_in(run) for run in runs] == [set()] * 3
    assert not runs[1].ok
    assert weld.writes() == []


@pytest.mark.long
def test_a_notice_shows_what_weld_says_and_commands_no_terminal(weld: Simulator, stack: Stacks) -> None:
    lists_one(weld, integration_id=f"stripe{FORGED}")
    result = stack(program('label="Stripe", adopt="con1"')).preview(check=False)
    assert r"stripe\x1b]8;;https://evil.example/\x07Weld" in result.text
    assert commands_in(result) == set()
