"""The simulator as people start it: a process of its own."""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.wording import says

from .conftest import Run


@contextlib.contextmanager
def started(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Its address, once it has said that it is ready."""
    command = [sys.executable, "-u", "-m", "weld_pulumi", "simulator", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            found = re.fullmatch(r"Weld simulator on (http://(?:127\.0\.0\.1|localhost):\d+)\n", line)
            assert found, line
            yield found[1], process
        finally:
            process.terminate()


def connections(url: str, key: str) -> requests.Response:
    return requests.get(f"{url}/connections", headers={"x-api-key": key}, timeout=10)


def test_the_simulator_answers_as_soon_as_it_says_so_and_ends_on_ctrl_c() -> None:
    with started("--api-key", "mine", "--auto-authorize") as (url, process):
        assert connections(url, "mine").status_code == 200
        assert connections(url, "weld-simulator-key").status_code == 401
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stdout is not None
        rest = process.stdout.read()
    assert "mine" not in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize(("host", "is_warned_of"), [("0.0.0.0", True), ("127.0.0.1", False), ("localhost", False)])
def test_a_host_that_others_can_reach_is_warned_of(host: str, is_warned_of: bool) -> None:
    with started("--host", host) as (_, process):
        assert process.stdout is not None
        hints = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        process.wait(20)
        rest = "".join([*hints, process.stdout.read()])
    assert ("Warning: " in rest) is is_warned_of
    assert ("--host 127.0.0.1" in rest) is is_warned_of


def test_the_database_outlives_the_simulator_and_the_port_can_be_chosen(tmp_path: Path) -> None:
    database = str(tmp_path / "weld.db")
    with started("--database", database) as (url, process):
        there = connections(url, "weld-simulator-key").json()["data"]
        process.send_signal(signal.SIGINT)
        process.wait(20)
    port = url.rpartition(":")[2]
    with started("--database", database, "--port", port) as (again, _):
        assert again == url
        assert connections(again, "weld-simulator-key").json()["data"] == there != []


def test_the_simulator_takes_latency_and_readings_as_options() -> None:
    options = ("--latency-ms", "300", "--reading", "connections_envelope=list", "--reading", "list_order=oldest")
    with started(*options) as (url, _):
        before = time.monotonic()
        answer = connections(url, "weld-simulator-key")
        assert time.monotonic() - before >= 0.3
        assert isinstance(answer.json(), list)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--reading", "nonsense=1"), "there is no reading 'nonsense'"),
        (("--reading", "list_order=upwards"), "newest, oldest"),
        (("--reading", "list_order"), "NAME=VALUE"),
        (("--port", "70000"), "--port"),
        (("--latency-ms", "-1"), "--latency-ms"),
    ],
)
def test_options_that_cannot_be_used_are_refused_with_a_reason(run: Run, options: tuple[str, ...], reason: str) -> None:
    assert reason in run("simulator", *options, code=2).stderr


def test_a_port_that_is_taken_is_an_error(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = run("simulator", "--port", str(port), code=1).stderr
    assert says(error, "simulator", f"127.0.0.1:{port}")
    assert "Traceback" not in error


def test_a_database_that_cannot_be_made_is_an_error_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "weld_pulumi", "simulator", "--database", str(tmp_path / "no" / "x.db")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert says(ran.stderr, "Error: ", "simulator", "database", str(tmp_path / "no" / "x.db"))
    assert len(ran.stderr.splitlines()) == 1


def test_the_command_says_what_to_install_without_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("weld_pulumi.simulator")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert "pip install 'weld-pulumi[simulator]'" in run("simulator", code=1).stderr
