"""Helpers for tests of connections: programs, a person with a browser, and an `up` that runs during the test."""

from __future__ import annotations

import os
import queue
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.support import programs
from tests.support.cli import STACK
from tests.support.engine import Project
from weld_pulumi.simulator import Simulator

#: Seconds until a test gives up on anything it waits for, even on a busy machine.
PATIENCE = 90.0


def program(*connections: str, sync: bool = False) -> str:
    """Return a program with connections (the arguments of each after its name), and perhaps a sync of the first one."""
    lines = []
    for number, arguments in enumerate(connections or ("",)):
        name = f"c{number}"
        given = arguments if "integration_id" in arguments else f'integration_id="stripe", {arguments}'
        lines += [f'{name} = weld.Connection("{name}", {given})', f'pulumi.export("{name}", {name}.id)']
        lines += [f'pulumi.export("{name}_{o}", {name}.{o})' for o in ("status", "authorize_url", "created_at")]
    if sync:
        lines += [
            'sync = weld.EltSync("sync", connection_id=c0.id, destination_schema_name="raw", elt_settings={"account":',
            '    "acct_1"}, sync_interval="0 6 * * *", source_streams=[{"name": "charges"}])',
        ]
    return programs.program(*lines)


def made(weld: Simulator, integration_id: str = "stripe") -> list[dict[str, Any]]:
    """Return the connections that Weld has, oldest first."""
    return [c for c in weld.state()["connections"] if c["integration_id"] == integration_id]


def port_of(bridge: dict[str, Any]) -> int:
    return urlsplit(str(bridge["redirect_uri"])).port or 0


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return False
    return True


def wait_until_closed(port: int) -> float:
    """Return the seconds that it took."""
    started = time.monotonic()
    while is_open(port):
        assert time.monotonic() - started < PATIENCE, f"port {port} is still open"
        time.sleep(0.05)
    return time.monotonic() - started


def answer(weld: Simulator, authorize_url: str, decision: str = "authorize") -> requests.Response:
    """Do what a browser does: submit Weld's page and follow the redirect; return the page that the person then sees."""
    token = urlsplit(authorize_url).query.removeprefix("token=")
    return requests.post(f"{weld.url}/authorize", data={"token": token, "decision": decision}, timeout=30)


def redirect(weld: Simulator, authorize_url: str) -> str:
    """Agree on Weld's page; return the URL to which it redirects."""
    token = urlsplit(authorize_url).query.removeprefix("token=")
    data = {"token": token, "decision": "authorize"}
    return requests.post(f"{weld.url}/authorize", data=data, allow_redirects=False, timeout=30).headers["location"]


class Running:
    """A running command of the CLI."""

    def __init__(self, project: Project, *words: str) -> None:
        self.process = project.start(*words, "--stack", STACK, "--color", "never")
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def summary(self) -> str:
        """Return the messages that the engine repeats at the end, each once."""
        return self.text.partition("\nDiagnostics:")[2]

    def until(self, pattern: str) -> str:
        """Wait for the next line that matches the pattern, and return it."""
        end = time.monotonic() + PATIENCE
        while True:
            line = self._next(end, pattern)
            if line is None:
                raise AssertionError(f"it ended without {pattern!r}:\n{self.text}")
            if re.search(pattern, line):
                return line

    def finish(self) -> int:
        """Read all output, and return the exit code."""
        end = time.monotonic() + PATIENCE
        while self._next(end, "its end") is not None:
            pass
        return self.process.wait(PATIENCE)

    def _next(self, end: float, wanted: str) -> str | None:
        try:
            line = self._queue.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            raise AssertionError(f"no sign of {wanted!r} in:\n{self.text}") from None
        if line is not None:
            self.lines.append(line)
        return line

    def interrupt(self, sign: signal.Signals) -> None:
        """Send a signal to the CLI and its process group, as a terminal does."""
        os.killpg(self.process.pid, sign)


@contextmanager
def running(project: Project, *words: str) -> Iterator[Running]:
    """Start a command; it leaves no process behind."""
    command = Running(project, *words)
    try:
        yield command
    finally:
        if command.process.poll() is None:
            command.interrupt(signal.SIGKILL)
        command.process.wait()


@contextmanager
def up(project: Project, *words: str) -> Iterator[Running]:
    """Start `pulumi up` without its preview."""
    with running(project, "up", "--yes", "--skip-preview", *words) as command:
        yield command


def link_in(line: str) -> str:
    found = re.search(r"https?://\S+/authorize\?token=\S+", line)
    assert found, line
    return found.group()
