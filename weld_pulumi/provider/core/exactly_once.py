"""Requests that must not be carried out twice: after a lost answer, look first, send again only if nothing is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ...api.answers import AnswerLostError
from ...api.retries import REPEATED_STATUSES
from ...errors import ServerError, WeldError
from .context import ProviderContext

__all__ = ["create_exactly_once"]

T = TypeVar("T")

#: Seconds between looks: Weld's lists may show a new object only after a moment.
_LOOKS = (0.0, 1.0, 2.0, 4.0)


def create_exactly_once(context: ProviderContext, send: Callable[[], T], find: Callable[[], T | None], what: str) -> T:
    """Send a request whose effect must happen exactly once, and return what it made.

    Args:
        context: gives the clock and the number of repetitions.
        send: sends the request.
        find: looks for what an earlier try may have made.
        what: names it in a message, for example "the sync".

    Raises:
        WeldError: it was not made, or nobody can tell.
    """
    for attempt in range(context.settings.max_retries + 1):
        try:
            return send()
        except (AnswerLostError, ServerError) as error:
            made = _look(context, find, error, what)
            if made is not None:
                return made
            refused = isinstance(error, ServerError) and error.status_code not in REPEATED_STATUSES
            if refused or attempt == context.settings.max_retries:
                raise
    raise AssertionError("the last try either returns or raises")


def _look(context: ProviderContext, find: Callable[[], T | None], lost: WeldError, what: str) -> T | None:
    for pause in _LOOKS:
        context.clock.sleep(pause)
        try:
            made = find()
        except WeldError:
            lost.advise(
                f"Weld could not be asked whether {what} was made all the same: run it again, and what was made is "
                "found and named then."
            )
            raise lost from None
        if made is not None:
            return made
    return None
