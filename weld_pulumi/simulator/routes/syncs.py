"""Endpoints of syncs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..domain import streams, syncs
from ..domain.paging import page_of
from ..errors import ApiError
from ..models import (
    EltSyncAddSourceStreamsRequestDto,
    EltSyncAddSourceStreamsResponseDto,
    EltSyncAttachOrchestrationRequestDto,
    EltSyncCreateRequestDto,
    EltSyncDto,
    EltSyncStatusDto,
    EltSyncUpdateRequestDto,
    PagedAvailableEltStreamDto,
    PagedEltSyncDto,
)
from .common import (
    Cursor,
    Id,
    Limit,
    Responses,
    flag,
    reply,
    reply_bytes,
    reply_gone,
    serializer_of,
    undeclared_page,
    workspace_of,
)

router = APIRouter(default_response_class=Response)

ONE: Responses = {200: {"model": EltSyncDto}}
GONE: Responses = {404: {"description": "Not found"}}


@router.get("/elt_syncs", responses={200: {"model": PagedEltSyncDto}})
async def list_elt_syncs(
    request: Request,
    starting_after: Cursor = None,
    limit: Limit = 10,
    connection_id: Annotated[str | None, Query()] = None,
) -> Response:
    """List syncs, of all source connections or of one."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    equal = {} if connection_id is None else {"source_connection_id": connection_id}
    with workspace.read():
        page = page_of(workspace, "syncs", limit=limit, starting_after=starting_after, equal=equal)
        items = [serializer.sync(row) for row in page.rows]
        return reply(serializer.page(items, page.next_cursor))


@router.post(
    "/elt_syncs",
    status_code=201,
    responses={201: {"model": EltSyncDto}, 409: {"description": "No more syncs are allowed"}},
)
async def create_elt_sync(request: Request, body: EltSyncCreateRequestDto) -> Response:
    """Create a sync of a connection."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.write():
        return reply(serializer.sync(syncs.create_sync(workspace, body.given())), 201)


@router.get("/elt_syncs/{id}", responses={**ONE, **GONE})
async def get_elt_sync(request: Request, id: Id) -> Response:
    """Read one sync."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        return reply_bytes(serializer.sync_json(syncs.sync_or_404(workspace, id)))


@router.post("/elt_syncs/{id}", responses=ONE)
async def update_elt_sync(request: Request, id: Id, body: EltSyncUpdateRequestDto) -> Response:
    """Change the interval or the settings of a sync."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.write():
        return reply(serializer.sync(syncs.update_sync(workspace, id, body.given())))


@router.delete("/elt_syncs/{id}", status_code=204)
async def delete_elt_sync(
    request: Request, id: Id, remove_data: Annotated[str | None, Query(alias="removeDataReferences")] = None
) -> Response:
    """Delete a sync and its streams, and with removeDataReferences also their tables."""
    workspace = workspace_of(request)
    remove = flag("removeDataReferences", remove_data)
    try:
        with workspace.write():
            syncs.delete_sync(workspace, id, remove_data=remove)
    except ApiError as error:
        return reply_gone(workspace, error)
    return Response(status_code=204)


@router.post("/elt_syncs/{id}/enable", status_code=204)
async def enable_elt_sync(request: Request, id: Id) -> Response:
    """Enable a sync: it runs on its schedule."""
    workspace = workspace_of(request)
    with workspace.write():
        syncs.enable(workspace, id)
    return Response(status_code=204)


@router.post("/elt_syncs/{id}/disable", status_code=204)
async def disable_elt_sync(request: Request, id: Id) -> Response:
    """Disable a sync: it runs on no schedule."""
    workspace = workspace_of(request)
    with workspace.write():
        syncs.disable(workspace, id)
    return Response(status_code=204)


@router.get("/elt_syncs/{id}/status", responses={200: {"model": EltSyncStatusDto}})
async def get_elt_sync_status(request: Request, id: Id) -> Response:
    """Read the current and the last run of each stream of a sync."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        return reply(serializer.status(syncs.sync_or_404(workspace, id)))


@router.get("/elt_syncs/{id}/available_source_streams", responses={200: {"model": PagedAvailableEltStreamDto}})
async def list_available_source_streams(request: Request, id: Id) -> Response:
    """List the streams that can be added to a sync."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        sync = syncs.sync_or_404(workspace, id)
        found = list(workspace.catalogue.streams(sync["source_integration_id"]).values())
        cursor = None
        if workspace.variants["available_paged"] == "yes":
            found, cursor = undeclared_page(request, found)
        return reply(serializer.page([serializer.available_stream(item) for item in found], cursor))


@router.post(
    "/elt_syncs/{id}/source_streams",
    status_code=201,
    responses={201: {"model": EltSyncAddSourceStreamsResponseDto}, 400: {"description": "A stream is invalid"}},
)
async def add_source_streams(request: Request, id: Id, body: EltSyncAddSourceStreamsRequestDto) -> Response:
    """Add streams to a sync, or change them."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.write():
        upserted = streams.upsert(workspace, id, body.given().get("source_streams", []))
        return reply_bytes(serializer.upserted(upserted), 201)


@router.post("/elt_syncs/{id}/orchestration", responses={**ONE, **GONE})
async def attach_orchestration(request: Request, id: Id, body: EltSyncAttachOrchestrationRequestDto) -> Response:
    """Attach a sync to an orchestration, which runs it."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.write():
        return reply(serializer.sync(syncs.attach(workspace, id, body.orchestration_workflow_id)))


@router.delete("/elt_syncs/{id}/orchestration", responses={**ONE, **GONE})
async def detach_orchestration(request: Request, id: Id) -> Response:
    """Detach a sync from its orchestration: it runs on its own schedule."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.write():
        return reply(serializer.sync(syncs.detach(workspace, id)))
