"""How large an answer, and a list of many answers, may be: a wrong or hostile host must not fill the memory."""

from __future__ import annotations

import time
from collections.abc import Callable

from .answers import AnswerLostError

__all__ = ["ListBudget"]

_ADVICE = "Check weld:apiUrl (WELD_API_URL)."


class ListBudget:
    """What all pages of one list may take together.

    Args:
        path: for messages.
        items: entries. A stream that runs each minute has 130,000 runs, which is the longest list that Weld keeps.
        megabytes: size of all answers, those that were repeated too.
        seconds: time, with all waits in between.
        clock: a monotonic clock.
    """

    def __init__(
        self,
        path: str,
        items: int = 200_000,
        megabytes: int = 64,
        seconds: float = 600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._items, self._items_left = items, items
        self._megabytes, self._bytes_left = megabytes, megabytes * 1024**2
        self._seconds, self._clock, self._end = seconds, clock, clock() + seconds

    def take_items(self, count: int) -> None:
        """Note entries of a page.

        Raises:
            AnswerLostError: the list is too long, or has taken too long.
        """
        self._items_left -= count
        if self._items_left < 0:
            raise self._exceeded(f"is longer than {self._items:,} entries")
        self._check_time()

    def take_bytes(self, count: int) -> None:
        """Note a part of an answer.

        Raises:
            AnswerLostError: the list is too large, or has taken too long.
        """
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise self._exceeded(f"is larger than {self._megabytes} MB")
        self._check_time()

    def _check_time(self) -> None:
        if self._clock() > self._end:
            raise self._exceeded(f"did not end within {self._seconds:g} s")

    def _exceeded(self, what: str) -> AnswerLostError:
        return AnswerLostError(f"GET {self._path}: the list {what}, which no list of Weld does. {_ADVICE}", final=True)
