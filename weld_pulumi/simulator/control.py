"""The control endpoints under ``/_simulator/``: for tests and demos, from this machine only, without a key.

They are no part of Weld's API, and so not in the OpenAPI document.
"""

from __future__ import annotations

import json
import math
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from . import editing
from .app import BODY
from .domain import bridges
from .errors import ApiError
from .front import FRONT, Front
from .readings import TABLE
from .routes.common import asked_here, reply, world_of
from .values import timestamp


async def local_only(request: Request) -> None:
    """Refuse whoever is elsewhere, and pages of other sites in a browser that is here."""
    origin = request.headers.get("origin")
    if not asked_here(request) or (origin is not None and origin != str(request.base_url).rstrip("/")):
        raise ApiError(403, "forbidden", "The simulator is controlled from its own machine only.")


router = APIRouter(prefix="/_simulator", include_in_schema=False, dependencies=[Depends(local_only)])

_KINDS = {f"{kind}s": kind for kind in editing.KINDS}


def front_of(request: Request) -> Front:
    """The front that the request came through."""
    front: Front = request.scope[FRONT]
    return front


def _body(request: Request) -> dict[str, Any]:
    raw: bytes = request.scope[BODY]
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "invalid_request", "body: a JSON object is needed.")
    return body


def _kind(name: str) -> str:
    if name not in _KINDS:
        raise ApiError(404, "not_found", f"There are no {name}; there are {', '.join(_KINDS)}.")
    return _KINDS[name]


@router.get("/readings")
async def get_readings(request: Request) -> Response:
    """Every reading: its row, its values, its present value."""
    values = world_of(request).readings
    items = [
        {"row": item.row, "name": item.name, "values": item.values, "default": item.default, "value": values[item.name]}
        for item in TABLE
    ]
    return reply({"readings": values.as_dict(), "table": items})


@router.put("/readings")
async def put_readings(request: Request) -> Response:
    """Set some readings."""
    world = world_of(request)
    with world.write():
        _tried(lambda: world.readings.update(_body(request)))
        return reply({"readings": world.readings.as_dict()})


@router.delete("/readings", status_code=204)
async def reset_readings(request: Request) -> Response:
    """Set every reading to its default."""
    world_of(request).readings.reset()
    return Response(status_code=204)


@router.get("/requests")
async def get_requests(request: Request, after: int = 0) -> Response:
    """The requests to Weld's API, in order."""
    return reply({"requests": [item.as_dict() for item in front_of(request).log.list(after)]})


@router.delete("/requests", status_code=204)
async def clear_requests(request: Request) -> Response:
    """Forget them."""
    front_of(request).log.clear()
    return Response(status_code=204)


@router.get("/state")
async def get_state(request: Request) -> Response:
    """Everything there is."""
    world = world_of(request)
    with world.write():
        bridges.settle(world)
        return reply(editing.state(world))


@router.post("/reset", status_code=204)
async def reset(request: Request) -> Response:
    """Back to the workspace of the first start."""
    world_of(request).reset()
    return Response(status_code=204)


@router.put("/latency", status_code=204)
async def put_latency(request: Request) -> Response:
    """Make every answer wait: ``{"ms": 20}``."""
    milliseconds = _body(request).get("ms")
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, (int, float)) or not 0 <= milliseconds < math.inf:
        raise ApiError(400, "invalid_request", "ms: a number from 0 on is needed.")
    front_of(request).latency_ms = milliseconds
    return Response(status_code=204)


@router.post("/clock")
async def advance_clock(request: Request) -> Response:
    """Let time pass at once: ``{"advance_seconds": 86400}``."""
    world = world_of(request)
    _tried(lambda: world.advance(float(_body(request).get("advance_seconds", 0))))
    return reply({"now": timestamp(world.now())})


@router.get("/faults")
async def get_faults(request: Request) -> Response:
    """The rules in force."""
    return reply({"faults": front_of(request).faults.list()})


@router.post("/faults", status_code=201)
async def add_fault(request: Request) -> Response:
    """Put a rule in force."""
    body = _body(request)
    return reply({"id": _tried(lambda: front_of(request).faults.add_plain(body))}, 201)


@router.delete("/faults", status_code=204)
async def clear_faults(request: Request) -> Response:
    """Take all rules out of force."""
    front_of(request).faults.clear()
    return Response(status_code=204)


@router.get("/bridges")
async def list_open_bridges(request: Request) -> Response:
    """The bridges that wait for a person."""
    world = world_of(request)
    with world.read():
        return reply({"bridges": [editing.plain(row) for row in bridges.open_bridges(world)]})


@router.post("/bridges/{id}/authorize")
async def authorize_bridge(request: Request, id: str) -> Response:
    """Say yes in the person's place; the redirect is told, but nobody follows it."""
    world = world_of(request)
    with world.write():
        bridge = editing.bridge_by_id(world, id)
        connection = bridges.authorize(world, bridge)
        return reply({"connection_id": connection["id"], "redirect": bridges.redirect_to(world, bridge)})


@router.post("/bridges/{id}/refuse")
async def refuse_bridge(request: Request, id: str) -> Response:
    """Say no in the person's place."""
    world = world_of(request)
    with world.write():
        bridge = editing.bridge_by_id(world, id)
        bridges.refuse(world, bridge)
        return reply({"redirect": bridges.redirect_to(world, bridge)})


@router.put("/integrations/{id}/streams/{name}", status_code=204)
async def put_catalogue_stream(request: Request, id: str, name: str) -> Response:
    """Make a stream of an integration appear, or change it (``retired``, ``in_favor_of``, ``selectable`` …)."""
    world, body = world_of(request), _body(request)
    with world.write():
        _tried(lambda: world.catalogue.set_stream(id, name, **body))
    return Response(status_code=204)


@router.delete("/integrations/{id}/streams/{name}", status_code=204)
async def delete_catalogue_stream(request: Request, id: str, name: str) -> Response:
    """Make a stream of an integration disappear."""
    world = world_of(request)
    with world.write():
        _tried(lambda: world.catalogue.remove_stream(id, name))
    return Response(status_code=204)


@router.put("/integrations/{id}/settings", status_code=204)
async def put_settings_schema(request: Request, id: str) -> Response:
    """Describe the settings of an integration in another way."""
    world, body = world_of(request), _body(request)
    with world.write():
        _tried(lambda: world.catalogue.set_settings(id, body))
    return Response(status_code=204)


@router.post("/{kinds}", status_code=201)
async def create(request: Request, kinds: str) -> Response:
    """Make a connection, a sync, a stream or an orchestration, as in Weld's own pages."""
    world, body = world_of(request), _body(request)
    with world.write():
        return reply(editing.plain(_tried(lambda: editing.create(world, _kind(kinds), body))), 201)


@router.patch("/{kinds}/{id}")
async def patch(request: Request, kinds: str, id: str) -> Response:
    """Change columns of a row."""
    world, body = world_of(request), _body(request)
    with world.write():
        return reply(editing.plain(editing.patch(world, _kind(kinds), id, body)))


@router.delete("/{kinds}/{id}", status_code=204)
async def delete(request: Request, kinds: str, id: str) -> Response:
    """Delete, as in Weld's own pages."""
    world = world_of(request)
    with world.write():
        editing.delete(world, _kind(kinds), id)
    return Response(status_code=204)


def _tried(act: Any) -> Any:
    """Turn what a caller did wrong into an answer."""
    try:
        return act()
    except (ValueError, TypeError, OverflowError) as error:
        raise ApiError(400, "invalid_request", str(error)) from None
