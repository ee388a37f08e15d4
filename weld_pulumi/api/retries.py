"""Repetition of requests: the one table of what is repeated, the one loop that does it, and its pauses.

=================================  ================  ============================  ==========
endpoint                           never sent        lost response, 502, 503, 504  429
=================================  ================  ============================  ==========
idempotent: every GET and DELETE,
enable, disable, update, upsert,
attach, detach, full refresh       repeated          repeated                      repeated
not idempotent: a new sync or
bridge, a run                      repeated          repeated if a lookup shows    repeated
                                                     that nothing was made
=================================  ================  ============================  ==========

Nothing else is repeated (``error.final``): a 500 or a 4xx, a certificate that cannot be verified, a redirect that is
not followed, a response that is too large. A 500 after a request that is not idempotent is looked up all the same.
A response is lost (``error.sent == "maybe"``) if the connection broke after the request was sent, time ran out, or the
body cannot be read.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from .._ending import process_is_ending
from ..errors import WeldApiError, WeldConnectionError, WeldError

__all__ = ["MAX_WAIT", "Backoff", "Lookup", "interruptible", "retry_after", "send_until_done"]

T = TypeVar("T")

#: Longest wait in seconds, whatever ``Retry-After`` asks for.
MAX_WAIT = 60.0
_FIRST_WAIT, _LAST_WAIT = 0.5, 8.0
_SLICE = 0.25
#: Seconds before each lookup: Weld's lists may show a new object only after a moment.
_LOOKUP_DELAYS = (0.0, 1.0, 2.0, 4.0)


def interruptible(stopped: Callable[[], bool]) -> Callable[[float], None]:
    """Return a function that waits, in slices, and raises once ``stopped`` returns True."""

    def sleep(seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if stopped():
                raise WeldConnectionError("interrupted while waiting to retry a request.", final=True)
            time.sleep(min(left, _SLICE))

    return sleep


@dataclass
class Backoff:
    """Exponential backoff with full jitter; clock and randomness are injected, so that tests do not wait.

    Attributes:
        sleep: waits a number of seconds.
        chance: returns a number from 0 to 1.
    """

    sleep: Callable[[float], None] = field(default_factory=lambda: interruptible(process_is_ending))
    chance: Callable[[], float] = random.random

    def wait(self, attempt: int, retry_after: float | None = None) -> None:
        """Wait before a repetition.

        Args:
            attempt: its number, from 0.
            retry_after: seconds that Weld asks for; used instead of the backoff, up to ``MAX_WAIT``.
        """
        backoff = self.chance() * min(_LAST_WAIT, _FIRST_WAIT * 2**attempt)
        self.sleep(max(0.0, min(MAX_WAIT, backoff if retry_after is None else retry_after)))


@dataclass(frozen=True)
class Lookup(Generic[T]):
    """A search for what a creating request has made whose response was lost.

    Attributes:
        find: returns it, or None.
        what: names it in a message, for example ``the sync``.
        sleep: waits a number of seconds. Not interruptible by default: what was made must not be lost.
    """

    find: Callable[[], T | None]
    what: str
    sleep: Callable[[float], None] = time.sleep

    def run(self, lost: WeldError) -> T | None:
        """Search a few times, with growing pauses.

        Raises:
            WeldError: ``lost``, because the search failed too.
        """
        for delay in _LOOKUP_DELAYS:
            self.sleep(delay)
            try:
                found = self.find()
            except WeldError:
                lost.add_next_step(
                    f"It could not be checked whether Weld made {self.what} all the same: run it again; what was made "
                    "is then found and named."
                )
                raise lost from None
            if found is not None:
                return found
        return None


def send_until_done(
    send: Callable[[], T], idempotent: bool, max_retries: int, backoff: Backoff, lookup: Lookup[T] | None = None
) -> T:
    """Send a request, repeat it as the table above allows, and return its result.

    Args:
        send: sends the request once.
        idempotent: whether it may be carried out twice.
        max_retries: most repetitions; counted separately for those after a lookup.
        backoff: waits between repetitions.
        lookup: finds what a request that is not idempotent has made.

    Raises:
        WeldError: the last one.
    """
    retries = lookups = 0
    while True:
        try:
            return send()
        except WeldError as error:
            repeatable = not error.final and (idempotent or error.sent == "no")
            if repeatable and retries < max_retries:
                delay = error.retry_after if isinstance(error, WeldApiError) else None
            elif lookup is None or error.sent == "no":
                raise
            else:
                found = lookup.run(error)
                if found is not None:
                    return found
                if lookups == max_retries or (error.final and isinstance(error, WeldApiError)):
                    raise
                lookups, retries, delay = lookups + 1, 0, None
                continue
        backoff.wait(retries, delay)
        retries += 1


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Return the seconds in a ``Retry-After`` header (a number or an HTTP date); None if it is absent or invalid."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return _until(header, now or datetime.now(timezone.utc))
    return seconds if seconds >= 0 else None


def _until(date: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(date)
        if then.tzinfo is None:
            then = then.replace(tzinfo=timezone.utc)
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
