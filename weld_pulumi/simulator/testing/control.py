"""The control API under ``/_simulator/``: for tests and demos, from this machine only, without a key.

It is not part of Weld's API, and so not in the OpenAPI document.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from ..api_variants import OPEN_QUESTIONS
from ..domain import bridges, editing, run_settings
from ..errors import ApiError
from ..routes.common import body_of, local_only, reply, workspace_of
from ..values import timestamp
from .faults import Faults
from .request_log import RequestLog
from .state import open_bridge, plain, state_of

router = APIRouter(prefix="/_simulator", include_in_schema=False, dependencies=[Depends(local_only)])

T = TypeVar("T")

_KINDS = {f"{kind}s": kind for kind in editing.KINDS}


# The workspace --------------------------------------------------------------------------------------------------------


@router.get("/state")
async def get_state(request: Request) -> Response:
    """Return everything in the workspace."""
    workspace = workspace_of(request)
    with workspace.write():
        bridges.authorize_due(workspace)
        return reply(state_of(workspace))


@router.post("/reset", status_code=204)
async def reset(request: Request) -> Response:
    """Return to the workspace of the first start."""
    workspace_of(request).reset()
    return Response(status_code=204)


@router.post("/clock")
async def advance_clock(request: Request) -> Response:
    """Move the time forward: ``{"advance_seconds": 86400}``."""
    workspace = workspace_of(request)
    _checked(lambda: workspace.advance(float(_body(request).get("advance_seconds", 0))))
    return reply({"now": timestamp(workspace.now())})


# The person who authorizes --------------------------------------------------------------------------------------------


@router.get("/bridges")
async def list_open_bridges(request: Request) -> Response:
    """List the bridges that wait for a person."""
    workspace = workspace_of(request)
    with workspace.read():
        return reply({"bridges": [plain(row) for row in bridges.open_bridges(workspace)]})


@router.post("/bridges/{id}/authorize")
async def authorize_bridge(request: Request, id: str) -> Response:
    """Authorize a connection; the response holds the URL to which a browser would go."""
    workspace = workspace_of(request)
    with workspace.write():
        bridge = open_bridge(workspace, id)
        connection = bridges.authorize(workspace, bridge)
        return reply({"connection_id": connection["id"], "redirect": bridges.redirect_to(workspace, bridge)})


@router.post("/bridges/{id}/refuse")
async def refuse_bridge(request: Request, id: str) -> Response:
    """Refuse to authorize a connection."""
    workspace = workspace_of(request)
    with workspace.write():
        bridge = open_bridge(workspace, id)
        bridges.refuse(workspace, bridge)
        return reply({"redirect": bridges.redirect_to(workspace, bridge)})


# A bad network --------------------------------------------------------------------------------------------------------


@router.get("/faults")
async def get_faults(request: Request) -> Response:
    """List the rules in force."""
    return reply({"faults": _faults(request).list()})


@router.post("/faults", status_code=201)
async def add_fault(request: Request) -> Response:
    """Add a rule."""
    body = _body(request)
    return reply({"id": _checked(lambda: _faults(request).add_plain(body))}, 201)


@router.delete("/faults", status_code=204)
async def clear_faults(request: Request) -> Response:
    """Remove all rules."""
    _faults(request).clear()
    return Response(status_code=204)


@router.put("/latency", status_code=204)
async def put_latency(request: Request) -> Response:
    """Delay every response: ``{"ms": 20}``."""
    milliseconds = _body(request).get("ms")
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, (int, float)) or not 0 <= milliseconds < math.inf:
        raise ApiError(400, "invalid_request", "ms: must be a number, 0 or greater.")
    _faults(request).latency_ms = milliseconds
    return Response(status_code=204)


# The requests ---------------------------------------------------------------------------------------------------------


@router.get("/requests")
async def get_requests(request: Request, after: int = 0) -> Response:
    """List the requests to Weld's API, in order."""
    return reply({"requests": [item.as_dict() for item in _log(request).list(after)]})


@router.delete("/requests", status_code=204)
async def clear_requests(request: Request) -> Response:
    """Forget the requests."""
    _log(request).clear()
    return Response(status_code=204)


# API variants ---------------------------------------------------------------------------------------------------------


@router.get("/readings")
async def get_readings(request: Request) -> Response:
    """List the open questions with their possible answers, and the answer in force."""
    variants = workspace_of(request).variants
    table = [
        {
            "row": item.row,
            "name": item.name,
            "values": item.values,
            "default": item.default,
            "value": variants[item.name],
        }
        for item in OPEN_QUESTIONS
    ]
    return reply({"readings": variants.as_dict(), "table": table})


@router.put("/readings")
async def put_readings(request: Request) -> Response:
    """Set some readings."""
    workspace = workspace_of(request)
    with workspace.write():
        _checked(lambda: workspace.variants.update(_body(request)))
        return reply({"readings": workspace.variants.as_dict()})


@router.delete("/readings", status_code=204)
async def reset_readings(request: Request) -> Response:
    """Set every reading to its default."""
    workspace_of(request).variants.reset()
    return Response(status_code=204)


# The catalogue --------------------------------------------------------------------------------------------------------


@router.put("/integrations/{id}/streams/{name}", status_code=204)
async def put_catalogue_stream(request: Request, id: str, name: str) -> Response:
    """Add a stream to an integration, or change it (``retired``, ``in_favor_of``, ``selectable`` …)."""
    workspace, body = workspace_of(request), _body(request)
    with workspace.write():
        _checked(lambda: workspace.catalogue.set_stream(id, name, **body))
    return Response(status_code=204)


@router.delete("/integrations/{id}/streams/{name}", status_code=204)
async def delete_catalogue_stream(request: Request, id: str, name: str) -> Response:
    """Remove a stream from an integration."""
    workspace = workspace_of(request)
    with workspace.write():
        _checked(lambda: workspace.catalogue.remove_stream(id, name))
    return Response(status_code=204)


@router.put("/integrations/{id}/settings", status_code=204)
async def put_settings_schema(request: Request, id: str) -> Response:
    """Replace the JSON Schema of the settings of an integration."""
    workspace, body = workspace_of(request), _body(request)
    with workspace.write():
        _checked(lambda: workspace.catalogue.set_settings(id, body))
    return Response(status_code=204)


# Runs -----------------------------------------------------------------------------------------------------------------


@router.put("/runs", status_code=204)
async def put_run_settings(request: Request) -> Response:
    """Set what becomes of the runs that start from now on, of all streams."""
    return _put_run_settings(request, None)


@router.put("/runs/{id}", status_code=204)
async def put_run_settings_of(request: Request, id: str) -> Response:
    """Set the same for one stream, or for the streams of one sync."""
    return _put_run_settings(request, id)


def _put_run_settings(request: Request, of: str | None) -> Response:
    workspace, body = workspace_of(request), _body(request)
    with workspace.write():
        run_settings.put(workspace, of, body)
    return Response(status_code=204)


# Objects, as in Weld's own pages --------------------------------------------------------------------------------------


@router.post("/{kinds}", status_code=201)
async def create(request: Request, kinds: str) -> Response:
    """Create a connection, a sync, a stream or an orchestration; start a run."""
    workspace, body = workspace_of(request), _body(request)
    with workspace.write():
        return reply(plain(_checked(lambda: editing.create(workspace, _kind(kinds), body))), 201)


@router.patch("/{kinds}/{id}")
async def patch(request: Request, kinds: str, id: str) -> Response:
    """Change columns of an object."""
    workspace, body = workspace_of(request), _body(request)
    with workspace.write():
        return reply(plain(editing.patch(workspace, _kind(kinds), id, body)))


@router.delete("/{kinds}/{id}", status_code=204)
async def delete(request: Request, kinds: str, id: str) -> Response:
    """Delete an object."""
    workspace = workspace_of(request)
    with workspace.write():
        editing.delete(workspace, _kind(kinds), id)
    return Response(status_code=204)


def _faults(request: Request) -> Faults:
    faults: Faults = request.scope["state"]["faults"]
    return faults


def _log(request: Request) -> RequestLog:
    log: RequestLog = request.scope["state"]["log"]
    return log


def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(body_of(request) or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "invalid_request", "body: must be a JSON object.")
    return body


def _kind(name: str) -> str:
    if name not in _KINDS:
        raise ApiError(404, "not_found", f"There are no {name}; there are {', '.join(_KINDS)}.")
    return _KINDS[name]


def _checked(act: Callable[[], T]) -> T:
    """Respond with 400 to what the caller did wrong."""
    try:
        return act()
    except (ValueError, TypeError, OverflowError) as error:
        raise ApiError(400, "invalid_request", str(error)) from None
