"""The exception for a request that Weld rejects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["ApiError", "not_found"]


class ApiError(Exception):
    """A response that is an error.

    Attributes:
        status: the HTTP status.
        code: Weld's error_code.
        messages: one text for each problem.
        headers: further headers of the response.
        extra: further fields of its body.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str | Sequence[str],
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        self.status = status
        self.code = code
        self.messages = [_encodable(text) for text in ([message] if isinstance(message, str) else message)]
        self.headers = dict(headers or {})
        self.extra = extra
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """Return all messages as one."""
        return "; ".join(self.messages)


def not_found(kind: str, identifier: str) -> ApiError:
    """Return the error for an id of no object."""
    return ApiError(404, "not_found", f"{kind} {identifier} was not found.")


def _encodable(text: str) -> str:
    # A message may quote what was sent, which is not always text that can be encoded.
    return text.encode(errors="backslashreplace").decode()
