"""What all endpoints share."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from ...config import is_loopback
from ..domain.paging import slice_of
from ..errors import ApiError
from ..serializers import JSON_TYPE, Serializer
from ..values import to_json
from ..workspace import Workspace

__all__ = [
    "Cursor",
    "Id",
    "Limit",
    "Responses",
    "SortDirection",
    "body_of",
    "flag",
    "is_local",
    "local_only",
    "reply",
    "reply_bytes",
    "reply_gone",
    "serializer_of",
    "undeclared_page",
    "workspace_of",
]


def _digits(value: Any) -> Any:
    # Python accepts more spellings of a number than Weld does.
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value) is None:
        raise ValueError("must be a whole number")
    return value


Id = Annotated[str, Path()]
Limit = Annotated[int, Query(ge=1, le=100), BeforeValidator(_digits)]
Cursor = Annotated[str | None, Query()]
SortDirection = Literal["asc", "desc"]
Responses = dict[int | str, dict[str, Any]]


# The request: one application serves all simulators of a process, so its middleware leaves in each request what the
# endpoints need.


def workspace_of(request: Request) -> Workspace:
    """Return the workspace that a request is for."""
    return serializer_of(request).workspace


def serializer_of(request: Request) -> Serializer:
    """Return the serializer for the response."""
    serializer: Serializer = request.scope["state"]["serializer"]
    return serializer


def body_of(request: Request) -> bytes:
    """Return the body of a request."""
    body: bytes = request.scope["state"]["body"]
    return body


def is_local(request: Request) -> bool:
    """Return whether a request comes from this machine."""
    return request.client is not None and is_loopback(request.client.host)


async def local_only(request: Request) -> None:
    """Reject requests from other machines, and from pages of other sites in a browser on this machine."""
    origin = request.headers.get("origin")
    if not is_local(request) or (origin is not None and origin != str(request.base_url).rstrip("/")):
        raise ApiError(403, "forbidden", "Only this machine can control the simulator.")


def flag(name: str, text: str | None) -> bool:
    """Parse a boolean query parameter."""
    if text in (None, "false"):
        return False
    if text == "true":
        return True
    raise ApiError(400, "invalid_request", f"{name}: must be 'true' or 'false'.")


# The response ---------------------------------------------------------------------------------------------------------


def reply(data: Any, status: int = 200) -> Response:
    """Return a response with this data as JSON."""
    return reply_bytes(to_json(data), status)


def reply_bytes(data: bytes, status: int = 200) -> Response:
    """Return a response with this JSON."""
    return Response(data, status, media_type=JSON_TYPE)


def reply_gone(workspace: Workspace, error: ApiError) -> Response:
    """Return the response to deleting an object that does not exist."""
    if error.status != 404 or workspace.variants["delete_gone"] == "404":
        raise error
    return Response(status_code=204)


def undeclared_page(request: Request, items: list[Any]) -> tuple[list[Any], str | None]:
    """Return a page of a list whose endpoint declares no paging; a limit is optional there."""
    limit = request.query_params.get("limit", "")
    size = min(int(limit), 100) if limit.isdigit() and len(limit) < 6 and int(limit) else 10
    return slice_of(items, size, request.query_params.get("starting_after"))
