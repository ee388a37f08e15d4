"""A progress line on standard error, on a terminal only."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.status import Status
from rich.text import Text

from .output import console, spinner

__all__ = ["Count", "progress"]


class Count:
    """Count finished steps; safe to use from several threads."""

    def __init__(self, title: str, total: int, status: Status) -> None:
        self.done = 0
        self._title, self._total, self._status = title, total, status
        self._lock = threading.Lock()

    def step(self, amount: int = 1) -> None:
        """Add finished steps."""
        with self._lock:
            self.done += amount
            self._status.update(Text(f"{self._title}: {self.done} of {self._total}"))


@contextmanager
def progress(title: str, total: int) -> Iterator[Count]:
    """Show a title and a count of finished steps while the block runs."""
    with spinner(console(to_stderr=True), f"{title}: 0 of {total}") as status:
        yield Count(title, total, status)
