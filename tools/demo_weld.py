"""Weld's simulator in the background, for the duration of the demo."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType

from tools.console import SetupError, last_line, stop
from tools.local_env import LOGS, venv_bin

API_KEY = "demo-key"
_START_SECONDS = 30.0
# Runs a command and kills it when standard input closes, which happens however the demo ends.
_UNTIL_INPUT_CLOSES = 'exec 3<&0; (cat <&3; kill $$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-'


class Weld:
    """A simulator that is started on entry and stopped on exit; `url` is its address."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._port_file = database.with_suffix(".port")
        self._log = LOGS / "simulator.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Weld:
        port = free_port(prefer=_read_port(self._port_file))
        self.url = f"http://127.0.0.1:{port}"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _UNTIL_INPUT_CLOSES, "sh", *self._command(port)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=without_weld_settings(),
                start_new_session=True,  # Ctrl-C is for Pulumi, and the simulator must outlive it
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self._stop()
            raise
        # Use the same port next time if it is free, since the state of the stack holds the address.
        self._port_file.write_text(str(port))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def wait(self) -> None:
        """Wait until it ends, which only a failure makes it do, and raise SetupError."""
        if self._process is not None:
            self._process.wait()
        raise SetupError(f"Weld's simulator ended: {last_line(self._log)}. Full log: {self._log}")

    def _stop(self) -> None:
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        stop(self._process)

    def _command(self, port: int) -> list[str]:
        options = ["--host", "127.0.0.1", "--port", str(port), "--database", str(self._database)]
        return [str(venv_bin() / "weld-pulumi"), "simulator", *options, "--auto-authorize", "--api-key", API_KEY]

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                reason = last_line(self._log) or "it printed nothing"
                raise SetupError(f"Weld's simulator did not start: {reason}. Full log: {self._log}")
            time.sleep(0.1)


def _answers(url: str) -> bool:
    request = urllib.request.Request(f"{url}/connections", headers={"x-api-key": API_KEY})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy cannot reach ports of this machine
    try:
        with opener.open(request, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def free_port(prefer: int = 0) -> int:
    """Return a free port of the loopback interface, the preferred one if it is free."""
    for port in (prefer, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SetupError("There is no free port on 127.0.0.1; end a program that listens on one, then run this again.")


def _read_port(file: Path) -> int:
    text = file.read_text().strip() if file.exists() else ""
    return int(text) if text.isdigit() and 1024 <= int(text) <= 65535 else 0


def without_weld_settings() -> dict[str, str]:
    """Return the environment without settings for Weld."""
    return {key: value for key, value in os.environ.items() if not key.startswith("WELD_")}
