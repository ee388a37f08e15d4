"""Errors of weld_pulumi: one class for each thing a person would do differently.

::

    WeldError
    ├── WeldConfigError              a setting is missing or invalid
    ├── WeldValidationError          an argument is wrong; nothing was sent
    ├── AuthorizationPendingError    a person has to authorize a connection first
    ├── WeldConnectionError          no response from Weld
    │   └── LostResponseError        no usable response, yet the request may have been carried out
    └── WeldApiError                 Weld returned an error
        ├── AuthenticationError      401, 403
        ├── NotFoundError            404
        │   └── NotListedError       missing from a list that was read to its end
        ├── ConflictError            409
        ├── RateLimitError           429
        └── ServerError              5xx

``str(error)`` is one short paragraph: what failed, why, and what to do next. It never holds a key or a token.

::

    import weld_pulumi as weld

    try:
        sync = weld.get_elt_sync("q4Rk8vp_fhTjqf")
    except weld.NotFoundError as error:
        print(error.status_code, error.next_step)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from ._text import printable

__all__ = [
    "AuthenticationError",
    "AuthorizationPendingError",
    "ConflictError",
    "LostResponseError",
    "NotFoundError",
    "NotListedError",
    "RateLimitError",
    "ServerError",
    "WeldApiError",
    "WeldConfigError",
    "WeldConnectionError",
    "WeldError",
    "WeldValidationError",
    "api_error_class",
]

#: Statuses after which the same request may succeed a moment later.
_TEMPORARY = frozenset({429, 502, 503, 504})


class _BaseError(Exception):
    """Stand between WeldError and Exception: Python adds a base to a class only if its first one is not built in.

    ``weld_pulumi/__init__.py`` adds ``pulumi.RunError``.
    """


class WeldError(_BaseError):
    """Base of every error that weld_pulumi raises; catch it to catch them all.

    Attributes:
        operation: what was being done to which resource, if known; put before the text.
        next_step: what to do next, in whole sentences; put after the text. Code that knows more replaces it, or adds
            to it with :meth:`add_next_step`.
        sent: ``"no"`` if Weld cannot have carried the request out, ``"maybe"`` if it may have.
        final: whether the same request would fail again.
    """

    operation: str = ""
    next_step: str = ""
    sent: Literal["no", "maybe"] = "no"
    final: bool = True

    def add_next_step(self, text: str) -> None:
        """Add a sentence to the next step.

        Args:
            text: a whole sentence.
        """
        self.next_step = f"{self.next_step} {text}".strip()

    def redact(self, redact: Callable[[str], str]) -> None:
        """Take secrets out of every text of this error.

        Args:
            redact: returns a text without secrets.
        """
        self.args = tuple(redact(each) if isinstance(each, str) else each for each in self.args)
        vars(self).update({name: redact(each) for name, each in vars(self).items() if isinstance(each, str)})

    def _what(self) -> str:
        return super().__str__()

    def __str__(self) -> str:
        before = f"{self.operation}: " if self.operation else ""
        return printable(before + " ".join(filter(None, (self._what(), self.next_step))))


class WeldConfigError(WeldError):
    """A setting (the API key, the URL, a number) is missing or invalid."""


class WeldValidationError(WeldError):
    """An argument is wrong or ambiguous, or names an object that does not exist. Nothing was sent to Weld."""


class AuthorizationPendingError(WeldError):
    """A connection is needed that no person has authorized yet."""


class WeldConnectionError(WeldError):
    """No response came from Weld.

    Args:
        text: what failed, why, and what to do next.
        final: whether the same request would fail again.
    """

    def __init__(self, text: str, *, final: bool = False) -> None:
        super().__init__(text)
        self.final = final


class LostResponseError(WeldConnectionError):
    """The request may have been carried out, but its response never came or is not one of Weld's."""

    sent = "maybe"


class WeldApiError(WeldError):
    """Weld returned an error.

    Attributes:
        status_code: the HTTP status (int).
        error_code: Weld's own code, or None.
        message: Weld's explanation, shortened; may be empty.
        method: the HTTP method of the request.
        path: the path of the request, without host and query.
        request_id: Weld's id of the request, or None.
        retry_after: seconds after which Weld accepts the request again, or None.
    """

    def __init__(
        self,
        status_code: int,
        error_code: str | None = None,
        message: str = "",
        method: str = "",
        path: str = "",
        request_id: str | None = None,
        next_step: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.status_code = status_code
        self.error_code = error_code
        self.message = message
        self.method = method
        self.path = path
        self.request_id = request_id
        self.next_step = next_step
        self.retry_after = retry_after
        self.final = status_code not in _TEMPORARY
        super().__init__(status_code, error_code, message, method, path, request_id, next_step, retry_after)

    @property
    def is_invalid(self) -> bool:
        """Whether Weld rejects what the request asks for (400, 422)."""
        return self.status_code in (400, 422)

    @property
    def is_refusal(self) -> bool:
        """Whether Weld rejects the request as it stands (400, 422), or in the current state (409)."""
        return self.is_invalid or self.status_code == 409

    def _what(self) -> str:
        message = f": {self.message}" if self.message else " without a message"
        code = f" ({self.error_code})" if self.error_code else ""
        request = f" [request {self.request_id}]" if self.request_id else ""
        end = "" if message.endswith((".", "!", "?")) else "."
        sent = f"{self.method} {self.path}".strip()
        return f"{sent and sent + ': '}Weld returned {self.status_code}{code}{message}{end}{request}"


class AuthenticationError(WeldApiError):
    """Weld rejects the API key (401), or it may not do this (403)."""


class NotFoundError(WeldApiError):
    """The object does not exist (404)."""


class NotListedError(NotFoundError):
    """The object is missing from a list that was read to its end: its status is 404, although Weld returned none."""

    def _what(self) -> str:
        return f"{self.method} {self.path}: {self.message}"


class ConflictError(WeldApiError):
    """The request conflicts with what exists (409): a quota, a run in progress."""


class RateLimitError(WeldApiError):
    """Too many requests (429), even after the retries."""


class ServerError(WeldApiError):
    """Weld failed (5xx), even after the retries."""

    sent = "maybe"


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
