"""Limits on the size of a list: a wrong or hostile host must not fill the memory."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import LostResponseError
from .endpoints import CHECK_URL

__all__ = ["ListBudget"]


class ListBudget:
    """What all pages of one list may take together; used up as they are read.

    Args:
        path: for messages.
        items: most entries. The longest list that Weld keeps has 130,000: the runs of a stream that runs each minute.
        megabytes: size of all responses, repeated ones included.
        seconds: time, pauses included.
        clock: returns monotonic seconds.
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
        """Count the entries of a page.

        Raises:
            LostResponseError: the list is too long, or has taken too long.
        """
        self._items_left -= count
        if self._items_left < 0:
            raise self._exceeded(f"is longer than {self._items:,} entries")
        self._check_time()

    def take_bytes(self, count: int) -> None:
        """Count the bytes of a part of a response.

        Raises:
            LostResponseError: the list is too large, or has taken too long.
        """
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise self._exceeded(f"is larger than {self._megabytes} MB")
        self._check_time()

    def _check_time(self) -> None:
        if self._clock() > self._end:
            raise self._exceeded(f"did not end within {self._seconds:g} s")

    def _exceeded(self, what: str) -> LostResponseError:
        return LostResponseError(f"GET {self._path}: the list {what}, so it is not Weld's. {CHECK_URL}.", final=True)
