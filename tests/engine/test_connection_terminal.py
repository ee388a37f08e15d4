"""What a person sees in a terminal while `pulumi up` waits, at the widths that terminals have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import requests

from tests.engine.conftest import Stacks
from tests.support.engine import Project
from tests.support.terminal import Terminal
from tests.support.waiting import made, program
from weld_pulumi.simulator import Simulator

SHORT = r"(http://localhost:\d+/[a-z0-9]{5})(?![a-z0-9])"


@pytest.fixture
def weld() -> Iterator[Simulator]:
    """Weld where a person has to act."""
    with Simulator() as simulator:
        yield simulator


def terminal(project: Project, columns: int, *words: str) -> Terminal:
    """`pulumi up` in a terminal."""
    command = project.command(*(words or ("up", "--yes", "--skip-preview")))
    return Terminal(command, project.folder, project.env, columns)


def target(address: str) -> str:
    """Where a short address leads."""
    answer = requests.get(address, allow_redirects=False, timeout=30)
    assert answer.status_code == 303
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    return answer.headers["location"]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("columns", [80, 120, 200])
def test_each_address_is_whole_and_opens_its_link(weld: Simulator, stack: Stacks, columns: int, count: int) -> None:
    project = stack(program(*(f'label="{letter}"' for letter in "AB"[:count])))
    with terminal(project, columns) as screen:
        screen.until(SHORT, count)
        addresses = set(re.findall(SHORT, screen.text))
        assert len(addresses) == count
        links = {bridge["authorize_url"]: bridge for bridge in weld.pending_bridges()}
        assert {target(address) for address in addresses} == links.keys()
        for bridge in links.values():
            requests.post(f"{weld.url}/authorize", data={"token": _token(bridge), "decision": "authorize"}, timeout=30)
        assert screen.finish() == 0, screen.text
    assert "token=" not in screen.text
    assert {c["label"]: c["id"] for c in made(weld)} == {
        letter: project.outputs()[f"c{number}"] for number, letter in enumerate("AB"[:count])
    }


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_after_a_minute_it_still_stands_there(weld: Simulator, stack: Stacks, columns: int, tmp_path: Path) -> None:
    project = stack(
        program(*(f'label="{letter}", authorization_timeout=7200' for letter in "AB")), env=faster(tmp_path)
    )
    with terminal(project, columns) as screen:
        addresses = set(screen.until(SHORT, 2))
        # By then two minutes are over, by the clock of what waits.
        screen.watch(lambda: sum(r.path == "/connections" for r in weld.requests()) > 16)
        if columns == 200:
            screen.until(r"2 connections wait, \d+ min left")
        assert set(re.findall(SHORT, screen.text)) == addresses
        for bridge in weld.pending_bridges():
            weld.authorize(bridge["id"])
        assert screen.finish() == 0, screen.text


def faster(folder: Path) -> dict[str, str]:
    """Let time pass thirty times as fast in the plugin: a minute there is two seconds here."""
    code = """
        import sys, time
        if "pulumi.dynamic" in sys.orig_argv:
            begun, real = time.time(), time.time
            time.time = lambda: begun + 30 * (real() - begun)
    """
    (folder / "faster").mkdir()
    (folder / "faster" / "sitecustomize.py").write_text(dedent(code))
    return {"PYTHONPATH": str(folder / "faster")}


def _token(bridge: dict[str, str]) -> str:
    return bridge["authorize_url"].partition("token=")[2]
