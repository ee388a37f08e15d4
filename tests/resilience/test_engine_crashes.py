"""The real CLI and its plugins die at each request of create, update, replace and destroy; the next run converges.

Nothing is killed while the engine writes its own state: it does not write that in one piece (docs/reliability.md), and
no provider can help it there.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import STACK
from tests.support.engine import Project
from tests.support.on_engine import WAIT, until
from tests.support.programs import CONNECTION, WHOLE
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

CHANGED = (
    WHOLE.replace("0 */6", "0 */8")
    .replace('{"name": "customers"}', '{"name": "customers", "full_sync_always": True}, {"name": "payouts"}')
    .replace("elt_sync_id=separate.id", "elt_sync_id=separate.id, full_sync_at_midnight=name == 'invoices'")
)
MOVED = WHOLE.replace("weld_inline", "weld_moved")


@dataclass(frozen=True)
class Doing:
    """What the CLI does when it dies, after what, and what Weld has in the end: streams by schema."""

    before: str
    program: str | None  # None: destroy
    requests: int
    wished: dict[str, list[str]]


INLINE, SEPARATE = ["charges", "customers"], ["invoices", "refunds"]
DOINGS = {
    "create": Doing(CONNECTION, WHOLE, 11, {"weld_inline": INLINE, "weld_separate": SEPARATE}),
    "update": Doing(WHOLE, CHANGED, 14, {"weld_inline": [*INLINE, "payouts"], "weld_separate": SEPARATE}),
    "replace": Doing(WHOLE, MOVED, 8, {"weld_moved": INLINE, "weld_separate": SEPARATE}),
    "destroy": Doing(WHOLE, None, 5, {}),
}
#: Who dies, and how. Plugins have process groups of their own: no Ctrl-C and no kill of the CLI reaches them.
DEATHS = ("SIGKILL of all", "SIGKILL of the CLI", "SIGINT")
#: Each case is half a dozen runs of the CLI, so these are samples: a creation meets the two deaths that differ most at
#: each of its requests, with the others they take turns. The model tries every crash of every operation.
CASES = [
    (name, number, death)
    for name, doing in DOINGS.items()
    for number in range(1, doing.requests + 1)
    for death in (("SIGKILL of all", "SIGINT") if name == "create" else (DEATHS[number % 3],))
]


def _start(project: Project, doing: Doing) -> subprocess.Popen[str]:
    if doing.program is not None:
        project.write(doing.program)
    return project.start("destroy" if doing.program is None else "up", "--yes", "--skip-preview", "--stack", STACK)


def _session(leader: int) -> dict[int, str]:
    """The CLI and its plugins: all processes of its session, with their command lines."""
    if Path("/proc/self/cmdline").exists():
        lines = [f"{entry.name} {_command(entry)}" for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    else:
        ran = subprocess.run(["ps", "-A", "-o", "pid=,args="], capture_output=True, text=True, check=True)
        lines = ran.stdout.splitlines()
    found = {}
    for line in lines:
        number, _, command = line.strip().partition(" ")
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(int(number)) == leader:
                found[int(number)] = command
    return found


def _command(entry: Path) -> str:
    with suppress(OSError):
        return (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""  # it has ended


def _plugins(leader: int) -> list[int]:
    """The processes in which the provider runs."""
    return [number for number, command in _session(leader).items() if "-m pulumi.dynamic" in command]


def _send(number: signal.Signals, processes: Iterable[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _freeze(project: Project, process: subprocess.Popen[str]) -> None:
    """Stop the CLI at a moment when its state is whole on disk."""
    folder = project.local / "state/.pulumi/stacks"

    def is_whole() -> bool:
        _send(signal.SIGSTOP, [process.pid])
        os.waitpid(process.pid, os.WUNTRACED)
        files = [file for file in folder.rglob("*") if file.is_file()]
        if files and all(file.suffix != ".tmp" and file.stat().st_size for file in files):
            return True
        _send(signal.SIGCONT, [process.pid])
        return False

    until(is_whole)


def _die(weld: Simulator, project: Project, process: subprocess.Popen[str], death: str) -> None:
    if death == "SIGINT":
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        # Up to here the request waits for its answer, so this is where the engine begins to end.
        next((line for line in process.stdout if "^C received" in line), None)
    else:
        _freeze(project, process)
        everybody = _session(process.pid)
        _send(signal.SIGKILL, everybody if death == "SIGKILL of all" else [process.pid])
    # Whoever lives on learns now that its answer is lost.
    weld.stop()
    weld.clear_faults()
    weld.start()
    process.communicate(timeout=WAIT)


def _converge(project: Project, doing: Doing) -> None:
    """Run it again; where it stops, do what it says."""
    if doing.program is None:
        project.destroy("--refresh")
        return
    text = doing.program
    for _ in range(4):
        result = project.up("--refresh", check=False)
        if result.ok:
            assert project.up().changed == {}
            return
        named = re.search(r"schema '(.+?)'.*adopt='(.+?)'", result.text)
        assert named, result.text
        text = text.replace(f'"{named[1]}"', f'"{named[1]}", adopt="{named[2]}"', 1)
        project.write(text)
    raise AssertionError("it does not settle")


def _assert_wished(weld: Simulator, doing: Doing) -> None:
    state = weld.state()
    schemas = {sync["id"]: sync["destination_schema_name"] for sync in state["syncs"]}
    assert sorted(schemas.values()) == sorted(doing.wished)
    assert all(sync["enabled"] for sync in state["syncs"])
    found: dict[str, list[Any]] = {schema: [] for schema in schemas.values()}
    for stream in state["streams"]:
        found[schemas[stream["elt_sync_id"]]].append(stream["name"])
    assert {schema: sorted(names) for schema, names in found.items()} == doing.wished
    labels = [c["label"] for c in state["connections"] if c["integration_id"] == "stripe"]
    assert labels == ([] if doing.program is None else ["Stripe"])


@pytest.mark.long
@pytest.mark.parametrize(("name", "number", "death"), CASES, ids=[f"{n}-{i}-{d}" for n, i, d in CASES])
def test_the_next_run_converges_when_the_engine_died_at_any_request(
    name: str, number: int, death: str, tmp_path: Path
) -> None:
    doing = DOINGS[name]
    with Simulator(auto_authorize=True) as weld:
        project = Stacks(tmp_path, weld)(doing.before)
        project.up()
        weld.clear_requests()
        weld.fault("slow", nth=number, seconds=WAIT)
        process = _start(project, doing)
        try:
            until(lambda: weld.faults()[0]["fired"] > 0 or process.poll() is not None)
            assert weld.faults()[0]["fired"], process.communicate()[0]
            _die(weld, project, process, death)
            project.cli("cancel", "--yes", "--stack", STACK, check=False)
            _converge(project, doing)
            _assert_wished(weld, doing)
            if doing.program is not None:
                project.destroy()
            assert weld.state()["syncs"] == weld.state()["streams"] == []
        finally:
            _send(signal.SIGKILL, _session(process.pid))


@pytest.mark.long
@pytest.mark.parametrize("name", DOINGS)
def test_every_request_of_the_engine_is_among_the_cases(name: str, tmp_path: Path) -> None:
    with Simulator(auto_authorize=True) as weld:
        project = Stacks(tmp_path, weld)(DOINGS[name].before)
        project.up()
        weld.clear_requests()
        process = _start(project, DOINGS[name])
        printed = process.communicate(timeout=WAIT)[0]
        assert process.returncode == 0, printed
        assert len(weld.requests()) == DOINGS[name].requests, [f"{r.method} {r.path}" for r in weld.requests()]
        _assert_wished(weld, DOINGS[name])


@pytest.mark.long
def test_a_plugin_without_its_engine_writes_nothing_more(tmp_path: Path) -> None:
    """The next run may have begun: a second hand at work would make doubles of what that one does."""
    with Simulator(auto_authorize=True) as weld:
        project = Stacks(tmp_path, weld)(CONNECTION)
        project.up()
        weld.clear_requests()
        weld.fault("slow", method="POST", path="/elt_syncs", seconds=WAIT, act=False)
        process = _start(project, DOINGS["create"])
        try:
            until(lambda: weld.faults()[0]["fired"] > 0)
            assert _plugins(process.pid)
            _die(weld, project, process, "SIGKILL of the CLI")
            until(lambda: not _plugins(process.pid))
            assert weld.state()["syncs"] == []
            assert len(weld.writes()) == 1
        finally:
            _send(signal.SIGKILL, _session(process.pid))
