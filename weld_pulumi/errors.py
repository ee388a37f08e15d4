"""Errors of weld_pulumi: one class for each thing a person would do differently.

::

    WeldError
    ├── WeldConfigError              a setting is missing or cannot be used
    ├── WeldValidationError          an argument is wrong; nothing was sent
    ├── AuthorizationPendingError    a person has to authorize a connection first
    ├── WeldConnectionError          Weld gave no answer, or not one of Weld's
    └── WeldApiError                 Weld answered with an error
        ├── AuthenticationError      401, 403
        ├── NotFoundError            404
        ├── ConflictError            409
        ├── RateLimitError           429
        └── ServerError              5xx

``str(error)`` is one short paragraph: what failed, why, and what to do next. It never holds a key or a token.
"""

from __future__ import annotations

import copyreg
import os
from typing import TYPE_CHECKING, TypeVar

from ._text import printable

if TYPE_CHECKING or os.environ.get("WELD_TRACEBACK") == "1":
    _Shown = Exception
else:
    # Of a program's error Pulumi shows the whole traceback, of a RunError its text alone.
    from pulumi import RunError as _Shown

__all__ = [
    "AuthenticationError",
    "AuthorizationPendingError",
    "ConflictError",
    "NotFoundError",
    "RateLimitError",
    "ServerError",
    "WeldApiError",
    "WeldConfigError",
    "WeldConnectionError",
    "WeldError",
    "WeldValidationError",
    "api_error_class",
]


class WeldError(_Shown):
    """Base of every error that weld_pulumi raises; catch it to catch them all.

    Attributes:
        operation: what was being done to which resource, where that is known; put before the text.
        advice: what to do next, beyond what the text says; put behind it.
        hint: what to do next as far as the request alone tells; put last. Who knows better takes it away.
        shown: the whole text without secrets, where somebody who knows them has seen to it.
    """

    operation: str = ""
    advice: str = ""
    hint: str = ""
    shown: str = ""

    def advise(self, text: str) -> None:
        """Add a sentence on what to do next."""
        self.advice = f"{self.advice} {text}".strip()

    def _what(self) -> str:
        return super().__str__()

    def __str__(self) -> str:
        if self.shown:
            return self.shown
        before = f"{self.operation}: " if self.operation else ""
        return printable(before + " ".join(filter(None, (self._what(), self.advice, self.hint))))


E = TypeVar("E", bound=WeldError)


def shown_as_its_base(cls: type[E]) -> type[E]:
    """Let a class that is ours alone show as the public one above it: the engine prints an error with its class."""
    base = cls.__bases__[0]
    cls.__module__, cls.__name__, cls.__qualname__ = base.__module__, base.__name__, base.__qualname__
    # Under that name pickle would find the other class.
    copyreg.pickle(cls, lambda error: (base, error.args, vars(error)))
    return cls


class WeldConfigError(WeldError):
    """A setting (the API key, the URL, a number) is missing or cannot be used."""


class WeldValidationError(WeldError):
    """An argument is wrong, ambiguous or names what does not exist. Nothing was sent to Weld."""


class AuthorizationPendingError(WeldError):
    """A connection is needed that no person has authorized yet."""


class WeldConnectionError(WeldError):
    """No answer came from Weld, or one that Weld would not give (a proxy's page, a truncated body)."""


class WeldApiError(WeldError):
    """Weld refused a request.

    Attributes:
        status_code: the HTTP status (int).
        error_code: Weld's own code where it gave one, else None.
        message: what Weld said, shortened; may be empty.
        method: the HTTP method of the request.
        path: the path of the request, without host and query.
        request_id: the id of the request where Weld gave one, else None.
    """

    def __init__(
        self,
        status_code: int,
        error_code: str | None = None,
        message: str = "",
        method: str = "",
        path: str = "",
        request_id: str | None = None,
        advice: str = "",
    ) -> None:
        self.status_code = status_code
        self.error_code = error_code
        self.message = message
        self.method = method
        self.path = path
        self.request_id = request_id
        self.advice = advice
        super().__init__(status_code, error_code, message, method, path, request_id, advice)

    def _what(self) -> str:
        said = f": {self.message}" if self.message else " without a message"
        code = f" ({self.error_code})" if self.error_code else ""
        request = f" [request {self.request_id}]" if self.request_id else ""
        end = "" if said.endswith((".", "!", "?")) else "."
        asked = f"{self.method} {self.path}".strip()
        return f"{asked and asked + ': '}Weld answered {self.status_code}{code}{said}{end}{request}"


class AuthenticationError(WeldApiError):
    """The API key was refused (401), or may not do this (403)."""


class NotFoundError(WeldApiError):
    """The object is not there (404)."""

    def advise(self, text: str) -> None:
        """Add a sentence on what to do next; who says it knows what was looked for."""
        self.hint = ""
        super().advise(text)


@shown_as_its_base
class NotListedError(NotFoundError):
    """The object is not in a list of Weld's that was read to its end; its status is that of what is not there."""

    def _what(self) -> str:
        return f"{self.method} {self.path}: {self.message}"


class ConflictError(WeldApiError):
    """The request conflicts with what is there (409): a quota, a run already going on."""


class RateLimitError(WeldApiError):
    """Too many requests (429), even after the retries."""


class ServerError(WeldApiError):
    """Weld failed (5xx), even after the retries."""


_BY_STATUS: dict[int, type[WeldApiError]] = {
    401: AuthenticationError,
    403: AuthenticationError,
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitError,
}


def api_error_class(status_code: int) -> type[WeldApiError]:
    """Return the class of error for an HTTP status (4xx or 5xx)."""
    if status_code >= 500:
        return ServerError
    return _BY_STATUS.get(status_code, WeldApiError)
