"""Lines for the person who watches ``pulumi up``, each said once in a process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from .._text import one_line

__all__ = ["Notices"]


def _print(line: str) -> None:
    # The engine shows what a dynamic provider prints, live, beside the stack.
    print(line, file=sys.stdout, flush=True)


class Notices:
    """Says things once; may be used by several threads.

    Attributes:
        redact: takes out what must not be shown.
    """

    def __init__(self, write: Callable[[str], None] = _print) -> None:
        self.redact: Callable[[str], str] = str
        self._write = write
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def info(self, text: str, in_full: bool = False) -> None:
        """Say something that is good to know; ``in_full`` where a person is asked to act, and has to know for what."""
        self._once(f"Weld: {text if in_full else self.redact(text)}")

    def warn(self, text: str, in_full: bool = False) -> None:
        """Say something that may need a person."""
        self._once(f"warning: Weld: {text if in_full else self.redact(text)}")

    def _once(self, line: str) -> None:
        line = one_line(line)
        with self._lock:
            if line in self._said:
                return
            self._said.add(line)
            self._write(line)
