"""Weld's simulator as a process of its own, for the demo and the benchmark."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from tools.console import SetupError, last_line, stop
from tools.local_env import LOGS

__all__ = ["API_KEY", "SimulatorProcess", "free_port", "without_weld_settings"]

API_KEY = "local-key"
_START_SECONDS = 30.0
# Runs a command and kills it when standard input closes, which happens however this process ends.
_UNTIL_INPUT_CLOSES = 'exec 3<&0; (cat <&3; kill $$) >/dev/null 2>&1 & exec "$@" </dev/null 3<&-'


class SimulatorProcess:
    """A simulator that is started on entry and stopped on exit; `url` is its address."""

    def __init__(self, log: str, *options: str, python: Path | None = None) -> None:
        """Take the log's name and options; `python` is that of another environment with weld-pulumi."""
        self.url = ""
        self._log = LOGS / f"{log}.log"
        self._options = options
        # -I: not from the folder in which this runs.
        self._python = [sys.executable] if python is None else [str(python), "-I"]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> SimulatorProcess:
        command = [*self._python, "-m", "weld_pulumi", "simulator", "--api-key", API_KEY, *self._options]
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _UNTIL_INPUT_CLOSES, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=without_weld_settings(),
                start_new_session=True,  # Ctrl-C is for Pulumi, and the simulator must outlive it
            )
        try:
            self.url = self._wait_for_address(self._process)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def wait(self) -> None:
        """Wait until the process ends, which only a failure makes it do, and raise SetupError."""
        if self._process is not None:
            self._process.wait()
        raise SetupError(f"Weld's simulator ended: {last_line(self._log)}. Full log: {self._log}")

    def _wait_for_address(self, process: subprocess.Popen[bytes]) -> str:
        """Return the address, which the simulator prints as soon as it answers."""
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if found := re.search(r"Weld simulator on (\S+)\n", self._log.read_text()):
                return found[1]
            time.sleep(0.05)
        reason = last_line(self._log) or "it printed nothing"
        raise SetupError(f"Weld's simulator did not start: {reason}. Full log: {self._log}")

    def _stop(self) -> None:
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        stop(self._process)


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


def without_weld_settings() -> dict[str, str]:
    """Return the environment without settings for Weld."""
    return {key: value for key, value in os.environ.items() if not key.startswith("WELD_")}
