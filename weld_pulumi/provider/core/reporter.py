"""Lines for the person who watches ``pulumi up``, each printed once in a process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

from ..._text import one_line
from ...pulumi_internals import log_live
from .ownership import CURRENT_URN

__all__ = ["Reporter"]


def _print(line: str) -> None:
    # The engine shows at once, beside the stack, what a dynamic provider prints.
    print(line, file=sys.stdout, flush=True)


def _row_for(address: str) -> str | None:
    """Return a URN for a row of the live view whose name is an address.

    In a narrow terminal the view truncates the text beside a resource, but not the name of a row. The row exists in the
    view only, not in the state.
    """
    urn = CURRENT_URN.get()
    if not urn.startswith("urn:"):
        return None
    stack, project, _, *name = urn.split("::")
    return "::".join([stack, project, f"weld:authorize:{'-'.join(name)}", address])


class Reporter:
    """Print each line once. Several threads may use it.

    Attributes:
        redact: takes secrets out of a text.
    """

    def __init__(self, write: Callable[[str], None] = _print) -> None:
        self.redact: Callable[[str], str] = str
        self._write = write
        self._printed: set[str] = set()
        self._lock = threading.Lock()

    def info(self, text: str, in_full: bool = False) -> None:
        """Report a fact; ``in_full`` skips redaction, where a person has to know what they are asked to act on."""
        self._once(f"Weld: {text if in_full else self.redact(text)}")

    def warn(self, text: str, in_full: bool = False) -> None:
        """Report what may require a person to act; see :meth:`info`."""
        self._once(f"warning: Weld: {text if in_full else self.redact(text)}")

    def live(self, text: str, row: str | None = None, in_full: bool = False) -> None:
        """Report what matters only while the resource is in progress; it is not repeated at the end.

        Args:
            text: shown beside the resource.
            row: an address that even a narrow terminal has to show in full.
            in_full: see :meth:`info`.
        """
        line = one_line(f"Weld: {text if in_full else self.redact(text)}")
        if not log_live(line, CURRENT_URN.get()):
            self._write(line)
        elif row is not None and (urn := _row_for(row)) is not None:
            log_live(line, urn)

    def _once(self, line: str) -> None:
        line = one_line(line)
        with self._lock:
            if line in self._printed:
                return
            self._printed.add(line)
            self._write(line)
