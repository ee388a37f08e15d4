"""What a person sees in a terminal while `pulumi up` waits, at the widths that terminals have."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import requests

from tests.support.engine import Project
from tests.support.person import agreeing
from tests.support.stacks import Stacks
from tests.support.terminal import Terminal
from tests.support.variants import first_quick
from tests.support.waiting import PATIENCE, made, program
from tests.support.wording import says
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

SHORT = r"(http://localhost:\d+/[a-z0-9]{5})(?![a-z0-9])"


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


@pytest.mark.parametrize("count", first_quick([2, 1]))
@pytest.mark.parametrize("columns", first_quick([80, 120, 200]))
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


@pytest.mark.long
@pytest.mark.parametrize("columns", first_quick([80, 120, 200]))
def test_an_address_still_stands_in_the_terminal_after_a_minute(
    weld: Simulator, stack: Stacks, columns: int, tmp_path: Path
) -> None:
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


def test_up_opens_the_browser_and_shows_the_token_to_no_process(weld: Simulator, stack: Stacks, tmp_path: Path) -> None:
    """It ends on a page of this run, and the token of the link is in the arguments of no process."""
    project = stack(program('label="Stripe"'), env=agreeing(tmp_path))
    with terminal(project, 80) as screen:
        assert screen.finish() == 0, screen.text
    opened, token, page = (tmp_path / "page").read_text().split(" ", 2)
    assert re.fullmatch(SHORT, opened)
    assert "Authorized" in page
    processes = (tmp_path / "processes").read_bytes()
    assert opened.encode() in processes
    assert token.encode() not in processes
    assert [c["id"] for c in made(weld)] == [project.outputs()["c0"]]


@pytest.mark.long
@pytest.mark.parametrize(
    "env", first_quick([{"WELD_OPEN_BROWSER": "false"}, {"CI": "true"}, {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}])
)
def test_up_opens_no_browser_in_ci_over_ssh_or_where_it_is_switched_off(
    weld: Simulator, stack: Stacks, tmp_path: Path, env: dict[str, str]
) -> None:
    project = stack(program('label="Stripe", authorization_timeout=3'), env={**agreeing(tmp_path), **env})
    with terminal(project, 80) as screen:
        assert screen.finish() == 0, screen.text
    assert not (tmp_path / "page").exists()
    assert project.outputs()["c0_status"] == "PENDING"


@pytest.mark.long
def test_a_wrong_value_of_open_browser_is_an_error_that_says_what_to_write(weld: Simulator, stack: Stacks) -> None:
    refused = stack(program(), config={"weld:openBrowser": "yes"}).preview(check=False)
    assert any("weld:openBrowser" in error and "auto, true or false" in error for error in refused.errors)


@pytest.mark.long
def test_an_interrupted_up_names_the_next_step(weld: Simulator, stack: Stacks) -> None:
    """Ctrl-C: the command that shows the link comes first, and no output that the program may not have."""
    project = stack(program('label="Stripe"'))
    with terminal(project, 120) as screen:
        screen.until(SHORT)
        screen.press(b"\x03")
        assert screen.finish() != 0
        text = " ".join("".join(screen.screen.display).split())
    assert says(text, "'Stripe' (stripe) is not authorized", "interrupted")
    advice = text.partition("status is PENDING. ")[2]
    assert advice.startswith("Run `weld-pulumi authorize`")
    assert "output" not in advice.partition("token=")[0]


@pytest.mark.long
def test_without_the_live_view_the_whole_link_is_printed(weld: Simulator, stack: Stacks) -> None:
    project = stack(program('label="Stripe"'))
    with terminal(project, 200, "up", "--yes", "--skip-preview", "--non-interactive") as screen:
        screen.until("token=")
        [bridge] = weld.pending_bridges()
        assert f"Weld: open {bridge['authorize_url']} " in "".join(screen.screen.display)
        assert not re.search(SHORT, screen.text)
        weld.authorize()
        assert screen.finish() == 0, screen.text


def test_another_terminal_finds_what_waits(weld: Simulator, stack: Stacks, tmp_path: Path) -> None:
    """`weld-pulumi authorize`, anywhere, without a key: it opens the links of the running `up` and waits for it."""
    project = stack(program('label="A"', 'label="B"'), env={"WELD_OPEN_BROWSER": "false"})
    here = tmp_path / "here"
    here.mkdir()
    with terminal(project, 80) as screen:
        addresses = set(screen.until(SHORT, 2))
        shown = _authorize(here, project.env, "--timeout", "0")
        assert set(re.findall(SHORT, shown.stderr)) == addresses
        assert all(bridge["authorize_url"] in shown.stderr for bridge in weld.pending_bridges())
        done = _authorize(here, {**project.env, **agreeing(here)})
        assert screen.finish() == 0, screen.text
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == sorted(c["id"] for c in made(weld))
    assert "Authorized" in (here / "page").read_text()
    assert "was used" not in done.stderr
    assert list((project.local / "run").rglob("*.*")) == []


@pytest.mark.long
def test_another_terminal_finds_what_an_earlier_up_left(weld: Simulator, stack: Stacks, tmp_path: Path) -> None:
    """The run that listened is gone, but the browser ends on a page, and the connection is found at once."""
    project = stack(program('label="Stripe", authorization_timeout=1'))
    project.up()
    project.cli("stack", "select", "test")
    here = tmp_path / "here"
    here.mkdir()
    env = {**project.env, **agreeing(here)}
    done = _authorize(project.folder, env)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [c["id"] for c in made(weld)]
    assert "Authorized" in (here / "page").read_text()
    assert "was used" not in done.stderr
    assert project.up().changed == {"c0": "replace"}


def _authorize(folder: Path, env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "weld_pulumi", "authorize", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False)
