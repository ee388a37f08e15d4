"""How the simulator says no: one exception, and its body under each reading."""

from __future__ import annotations

import html
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from .readings import Readings
from .values import to_json

__all__ = ["ApiError", "not_found", "render_error"]


class ApiError(Exception):
    """An answer that is an error: status, Weld's error_code, one or more messages."""

    def __init__(
        self, status: int, code: str, message: str | Sequence[str], *, shape: str | None = None, **extra: Any
    ) -> None:
        self.status = status
        self.code = code
        self.messages = [message] if isinstance(message, str) else list(message)
        self.shape = shape
        self.extra = extra
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """All messages as one."""
        return "; ".join(self.messages)


def not_found(kind: str, identifier: str) -> ApiError:
    """The error for an id that names nothing."""
    return ApiError(404, "not_found", f"{kind} {identifier} was not found.")


def render_error(readings: Readings, error: ApiError) -> tuple[str, bytes]:
    """Content type and body of an error; an empty content type where there is no body."""
    shape = error.shape or readings["error_body"]
    if shape == "empty":
        return "", b""
    phrase = _phrase(error.status)
    if shape == "html":
        page = f"<!DOCTYPE html><html><head><title>{error.status} {phrase}</title></head>"
        page += f"<body><h1>{error.status} {phrase}</h1><p>{html.escape(error.message)}</p></body></html>"
        return "text/html; charset=utf-8", page.encode(errors="replace")
    return "application/json; charset=utf-8", to_json(_json_body(shape, phrase, error))


def _json_body(shape: str, phrase: str, error: ApiError) -> dict[str, Any]:
    message = _encodable(error.message)
    if shape == "nest_string":
        return {"statusCode": error.status, "message": message, "error": phrase, **error.extra}
    if shape == "nest_list":
        messages = [_encodable(text) for text in error.messages]
        return {"statusCode": error.status, "message": messages, "error": phrase, **error.extra}
    if shape == "details":
        return {"details": message, **error.extra}
    return {"error_code": error.code, "message": message, **error.extra}


def _encodable(text: str) -> str:
    """A message may quote what was sent, and that need not be text that can be encoded."""
    return text.encode(errors="backslashreplace").decode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
