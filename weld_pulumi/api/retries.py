"""Which request may be repeated, and when: the one table for it.

================  =======================  ==========================  =================  ==========
kind              examples                 never reached Weld          lost, 502-504      429
================  =======================  ==========================  =================  ==========
``READ``          every GET                repeated                    repeated           repeated
``IDEMPOTENT``    DELETE, enable, disable,
                  update, stream upsert,
                  attach, detach           repeated                    repeated           repeated
``ONCE``          a new sync or bridge,
                  a run                    repeated                    the caller looks   repeated
                                                                       for what was made
================  =======================  ==========================  =================  ==========

Nothing else is repeated: a 500 or a 4xx says the same thing twice, and so does a certificate that cannot be verified,
a redirect that is not followed, or an answer that is too large.
"Lost" is a connection that broke after the request was sent, a time-out, or a body that cannot be read.
"""

from __future__ import annotations

import enum
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .._ending import process_is_ending
from ..errors import WeldApiError, WeldConnectionError, WeldError
from .answers import AnswerLostError, NotSentError

__all__ = ["MAX_WAIT", "REPEATED_STATUSES", "Backoff", "Kind", "interruptible", "may_repeat", "retry_after"]

#: No single wait is longer than this many seconds, whatever ``Retry-After`` asks for.
MAX_WAIT = 60.0
_FIRST_WAIT, _LAST_WAIT = 0.5, 8.0
_SLICE = 0.25

REPEATED_STATUSES = frozenset({429, 502, 503, 504})


class Kind(enum.Enum):
    """How a request behaves when it is sent a second time (see the table above)."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    ONCE = "once"


def may_repeat(kind: Kind, error: WeldError) -> bool:
    """Tell whether a request that ended with ``error`` may be sent again as it is (see the table above)."""
    if isinstance(error, NotSentError):
        return True
    if isinstance(error, AnswerLostError):
        return kind is not Kind.ONCE and not error.final
    if isinstance(error, WeldApiError):
        return error.status_code in REPEATED_STATUSES and (kind is not Kind.ONCE or error.status_code == 429)
    return False


def interruptible(stopped: Callable[[], bool]) -> Callable[[float], None]:
    """Return a function that waits, in slices, and raises once ``stopped`` says that nothing more is to be sent."""

    def sleep(seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if stopped():
                raise WeldConnectionError("interrupted while waiting to send a request again.")
            time.sleep(min(left, _SLICE))

    return sleep


@dataclass
class Backoff:
    """Exponential back-off with full jitter; clock and chance are handed in, so that tests do not wait.

    Attributes:
        sleep: waits a number of seconds.
        chance: gives a number from 0 to 1.
    """

    sleep: Callable[[float], None] = field(default_factory=lambda: interruptible(process_is_ending))
    chance: Callable[[], float] = random.random

    def wait(self, attempt: int, advised: float | None = None) -> None:
        """Wait before repetition number ``attempt`` (from 0); ``advised`` seconds win, up to ``MAX_WAIT``."""
        seconds = advised if advised is not None else self.chance() * min(_LAST_WAIT, _FIRST_WAIT * 2**attempt)
        self.sleep(max(0.0, min(MAX_WAIT, seconds)))


def retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """Read a ``Retry-After`` header: seconds or an HTTP date; None where it is absent or makes no sense."""
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
