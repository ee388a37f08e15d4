"""Lines for the person who watches ``pulumi up``, each said once in a process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from ..._text import one_line
from ...pulumi_internals import log_live
from .ownership import CURRENT_URN

__all__ = ["Reporter"]


def _print(line: str) -> None:
    # The engine shows what a dynamic provider prints, live, beside the stack.
    print(line, file=sys.stdout, flush=True)


def _row_for(address: str) -> str | None:
    """Return the URN of a row of the live view whose name is an address.

    In a narrow terminal the view cuts off whatever stands beside a resource, but a row's name is whole. The row is
    one of the view only: nothing of it gets into the state.
    """
    urn = CURRENT_URN.get()
    if not urn.startswith("urn:"):
        return None
    stack, project, _, *name = urn.split("::")
    return "::".join([stack, project, f"weld:authorize:{'-'.join(name)}", address])


class Reporter:
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

    def live(self, text: str, row: str | None = None, in_full: bool = False) -> None:
        """Say something that counts only while the resource is at work: it is not repeated at the end.

        Args:
            text: what to say, beside the resource.
            row: an address that a narrow terminal has to show whole.
            in_full: a person is asked to act, and has to know for what.
        """
        line = one_line(f"Weld: {text if in_full else self.redact(text)}")
        if not log_live(line, CURRENT_URN.get()):
            self._write(line)
        elif row is not None and (urn := _row_for(row)) is not None:
            log_live(line, urn)

    def _once(self, line: str) -> None:
        line = one_line(line)
        with self._lock:
            if line in self._said:
                return
            self._said.add(line)
            self._write(line)
