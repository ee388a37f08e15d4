"""A pseudo-terminal of some width, in which a command runs as in front of a person."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def in_terminal(command: Sequence[str], width: int, env: Mapping[str, str], folder: Path | None = None) -> list[str]:
    """The lines that a command left on a terminal of some width, without colours; the command must succeed."""
    # What a spinner drew is overwritten.
    return [line.rpartition("\r")[2].rstrip() for line in drawn(command, width, env, folder).split("\n")]


def drawn(command: Sequence[str], width: int, env: Mapping[str, str], folder: Path | None = None) -> str:
    """All that a command wrote to a terminal of some width, also what it overwrote, without colours."""
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
        except OSError:  # how Linux says that the other end is closed
            return parts
        if not part:
            return parts
        parts.append(part)
