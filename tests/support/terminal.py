"""A pseudo-terminal of some width, in which a command runs as for a person; pyte emulates the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.support.waiting import PATIENCE

__all__ = ["Terminal", "drawn", "in_terminal"]

ROWS = 40


class _Screen(pyte.Screen):
    """Respond to queries of a command, such as the cursor position, and keep one saved cursor, as terminals do."""

    def __init__(self, columns: int, rows: int, answer: Callable[[bytes], object]) -> None:
        super().__init__(columns, rows)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data.encode())

    def save_cursor(self) -> None:
        self.savepoints.clear()
        super().save_cursor()

    def restore_cursor(self) -> None:
        saved = self.savepoints[-1:]
        super().restore_cursor()
        self.savepoints.extend(saved)


class Terminal:
    """A command that runs in a terminal; ``with`` ends it.

    Attributes:
        screen: what the terminal shows.
    """

    def __init__(self, command: Sequence[str], folder: Path, env: Mapping[str, str], columns: int = 80) -> None:
        self._terminal, inside = pty.openpty()
        self.screen = _Screen(columns, ROWS, self.press)
        self._stream = pyte.ByteStream(self.screen)
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**env, "TERM": "xterm-256color"},
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(inside)

    @property
    def lines(self) -> list[str]:
        """Return the lines of the screen that are not empty."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def until(self, pattern: str, count: int = 1) -> list[str]:
        """Wait for a number of different matches of the pattern on the screen; return their last group."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = sorted({match[match.re.groups] for match in re.finditer(pattern, self.text)})
            if len(found) >= count:
                return found
            assert self._feed(), f"it ended without {pattern!r}:\n{self.text}"
        raise AssertionError(f"no {pattern!r} in:\n{self.text}")

    def watch(self, condition: Callable[[], bool]) -> None:
        """Read the screen until another condition is true."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert self._feed(), f"it ended:\n{self.text}"
            assert time.monotonic() < end, f"it waits too long:\n{self.text}"

    def finish(self) -> int:
        """Wait for the exit code; the screen then shows the end."""
        end = time.monotonic() + PATIENCE
        while self._feed():
            assert time.monotonic() < end, f"it does not end:\n{self.text}"
        return self.process.wait(PATIENCE)

    def press(self, keys: bytes) -> None:
        os.write(self._terminal, keys)

    def _feed(self) -> bool:
        if select.select([self._terminal], [], [], 0.2)[0]:
            try:
                data = os.read(self._terminal, 65536)
            except OSError:  # on Linux: the other end is closed
                return False
            self._stream.feed(data)
            return bool(data)
        return True

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._terminal)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def in_terminal(command: Sequence[str], width: int, env: Mapping[str, str], folder: Path | None = None) -> list[str]:
    """Return the final lines of a command on a terminal of some width, without colors; the command must succeed."""
    # A spinner is overwritten at the end.
    return [line.rpartition("\r")[2].rstrip() for line in drawn(command, width, env, folder).split("\n")]


def drawn(command: Sequence[str], width: int, env: Mapping[str, str], folder: Path | None = None) -> str:
    """Return everything that a command wrote to a terminal of some width, even if overwritten, without colors."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    surroundings = {key: value for key, value in env.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
    with subprocess.Popen(
        list(command), stdin=theirs, stdout=theirs, stderr=theirs, env={**surroundings, "TERM": "xterm"}, cwd=folder
    ) as process:
        os.close(theirs)
        text = b"".join(_read(ours))
    os.close(ours)
    shown = _CODES.sub("", text.decode())
    assert process.returncode == 0, shown
    return shown.replace("\r\n", "\n")


def _read(terminal: int) -> list[bytes]:
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # on Linux: the other end is closed
            return parts
        if not part:
            return parts
        parts.append(part)
