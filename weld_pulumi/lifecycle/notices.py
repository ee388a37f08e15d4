"""Lines for the person who watches ``pulumi up``, each said once in a process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from ..pulumi_internals import current_urn, log_live

__all__ = ["Notices"]


def _print(line: str) -> None:
    # The engine shows what a dynamic provider prints, live, beside the stack.
    print(line, file=sys.stdout, flush=True)


def _row_for(address: str) -> str | None:
    """Return the URN of a row of the live view whose name is an address.

    In a narrow terminal the view cuts off whatever stands beside a resource, but a row's name is whole. The row is
    one of the view only: nothing of it gets into the state.
    """
    urn = current_urn()
    if urn is None:
        return None
    stack, project, _, *name = urn.split("::")
    return "::".join([stack, project, f"weld:authorize:{'-'.join(name)}", address])


class Notices:
    """Says things once; may be used by several threads."""

    def __init__(self, write: Callable[[str], None] = _print) -> None:
        self._write = write
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def info(self, text: str) -> None:
        """Say something that is good to know."""
        self._once(f"Weld: {text}")

    def warn(self, text: str) -> None:
        """Say something that may need a person."""
        self._once(f"warning: Weld: {text}")

    def live(self, text: str, row: str | None = None) -> None:
        """Say something that counts only while the resource is at work: it is not repeated at the end.

        Args:
            text: what to say, beside the resource.
            row: an address that a narrow terminal has to show whole.
        """
        line = " ".join(f"Weld: {text}".split())
        if not log_live(line, current_urn()):
            self._write(line)
        elif row is not None and (urn := _row_for(row)) is not None:
            log_live(line, urn)

    def _once(self, line: str) -> None:
        line = " ".join(line.split())
        with self._lock:
            if line in self._said:
                return
            self._said.add(line)
            self._write(line)
