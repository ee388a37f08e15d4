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
from ..values import to_json
from ..world import World

__all__ = [
    "WORLD",
    "Cursor",
    "Id",
    "Limit",
    "Responses",
    "SortDirection",
    "asked_here",
    "flag",
    "gone_answer",
    "reply",
    "reply_bytes",
    "undeclared_page",
    "world_of",
]

# Where the front leaves the world for the endpoints: one application serves every simulator of the process.
WORLD = "weld_simulator.world"


def _digits(value: Any) -> Any:
    """Python takes more spellings of a number than Weld would."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value) is None:
        raise ValueError("a whole number is needed")
    return value


Id = Annotated[str, Path()]
Limit = Annotated[int, Query(ge=1, le=100), BeforeValidator(_digits)]
Cursor = Annotated[str | None, Query()]
SortDirection = Literal["asc", "desc"]
Responses = dict[int | str, dict[str, Any]]


def world_of(request: Request) -> World:
    """The workspace that a request is about."""
    world: World = request.scope[WORLD]
    return world


def asked_here(request: Request) -> bool:
    """Whether it is somebody on this machine who asks."""
    return request.client is not None and is_loopback(request.client.host)


def reply(data: Any, status: int = 200) -> Response:
    """An answer with a body."""
    return reply_bytes(to_json(data), status)


def reply_bytes(data: bytes, status: int = 200) -> Response:
    """An answer with a body that is written out already."""
    return Response(data, status, media_type="application/json; charset=utf-8")


def flag(name: str, text: str | None) -> bool:
    """A yes or no that is spelled as text."""
    if text in (None, "false"):
        return False
    if text == "true":
        return True
    raise ApiError(400, "invalid_request", f"{name}: is 'true' or 'false'.")


def undeclared_page(request: Request, items: list[Any]) -> tuple[list[Any], str | None]:
    """A page of a list that declares no paging: nothing says how long one is, so a limit is taken all the same."""
    limit = request.query_params.get("limit", "")
    size = min(int(limit), 100) if limit.isdigit() and len(limit) < 6 and int(limit) else 10
    return slice_of(items, size, request.query_params.get("starting_after"))


def gone_answer(world: World, error: ApiError) -> Response:
    """The answer to deleting what is not there."""
    if error.status != 404 or world.readings["delete_gone"] == "404":
        raise error
    return Response(status_code=204)
