"""Syncs, and what is done to them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from .. import rendered, shapes
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
from .common import Cursor, Id, Limit, Responses, flag, gone_answer, reply, reply_bytes, undeclared_page, world_of

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
    world = world_of(request)
    equal = {} if connection_id is None else {"source_connection_id": connection_id}
    with world.read():
        page = page_of(world, "syncs", limit=limit, starting_after=starting_after, equal=equal)
        items = [shapes.sync_shape(world, row) for row in page.rows]
        return reply(shapes.envelope(world, items, page.next_cursor))


@router.post(
    "/elt_syncs",
    status_code=201,
    responses={201: {"model": EltSyncDto}, 409: {"description": "No further sync is allowed"}},
)
async def create_elt_sync(request: Request, body: EltSyncCreateRequestDto) -> Response:
    """Make a sync of a connection."""
    world = world_of(request)
    with world.write():
        return reply(shapes.sync_shape(world, syncs.create_sync(world, body.given())), 201)


@router.get("/elt_syncs/{id}", responses={**ONE, **GONE})
async def get_elt_sync(request: Request, id: Id) -> Response:
    """Read one sync."""
    world = world_of(request)
    with world.read():
        return reply_bytes(rendered.sync(world, syncs.sync_or_404(world, id)))


@router.post("/elt_syncs/{id}", responses=ONE)
async def update_elt_sync(request: Request, id: Id, body: EltSyncUpdateRequestDto) -> Response:
    """Change the interval or the settings of a sync."""
    world = world_of(request)
    with world.write():
        return reply(shapes.sync_shape(world, syncs.update_sync(world, id, body.given())))


@router.delete("/elt_syncs/{id}", status_code=204)
async def delete_elt_sync(
    request: Request, id: Id, remove_data: Annotated[str | None, Query(alias="removeDataReferences")] = None
) -> Response:
    """Delete a sync and its streams; their tables only where that is asked for."""
    world = world_of(request)
    remove = flag("removeDataReferences", remove_data)
    try:
        with world.write():
            syncs.delete_sync(world, id, remove_data=remove)
    except ApiError as error:
        return gone_answer(world, error)
    return Response(status_code=204)


@router.post("/elt_syncs/{id}/enable", status_code=204)
async def enable_elt_sync(request: Request, id: Id) -> Response:
    """Put a sync on its schedule."""
    world = world_of(request)
    with world.write():
        syncs.enable(world, id)
    return Response(status_code=204)


@router.post("/elt_syncs/{id}/disable", status_code=204)
async def disable_elt_sync(request: Request, id: Id) -> Response:
    """Take a sync off its schedule."""
    world = world_of(request)
    with world.write():
        syncs.disable(world, id)
    return Response(status_code=204)


@router.get("/elt_syncs/{id}/status", responses={200: {"model": EltSyncStatusDto}})
async def get_elt_sync_status(request: Request, id: Id) -> Response:
    """Tell what each stream of a sync is doing."""
    world = world_of(request)
    with world.read():
        return reply(shapes.status_shape(world, syncs.sync_or_404(world, id)))


@router.get("/elt_syncs/{id}/available_source_streams", responses={200: {"model": PagedAvailableEltStreamDto}})
async def list_available_source_streams(request: Request, id: Id) -> Response:
    """List the streams that the source of a sync offers."""
    world = world_of(request)
    with world.read():
        sync = syncs.sync_or_404(world, id)
        found = list(world.catalogue.streams(sync["source_integration_id"]).values())
        cursor = None
        if world.readings["available_paged"] == "yes":
            found, cursor = undeclared_page(request, found)
        return reply(shapes.envelope(world, [shapes.available_shape(world, item) for item in found], cursor))


@router.post(
    "/elt_syncs/{id}/source_streams",
    status_code=201,
    responses={201: {"model": EltSyncAddSourceStreamsResponseDto}, 400: {"description": "A stream is refused"}},
)
async def add_source_streams(request: Request, id: Id, body: EltSyncAddSourceStreamsRequestDto) -> Response:
    """Add streams to a sync, and change those that it has."""
    world = world_of(request)
    with world.write():
        upserted = streams.upsert(world, id, body.given().get("source_streams", []))
        reading = world.readings["upsert_answer"]
        if reading == "all":
            return reply_bytes(rendered.streams_of_sync(world, id), 201)
        rows = {"sent": upserted.sent, "new": upserted.new}.get(reading, [])
        return reply_bytes(rendered.streams(world, rows), 201)


@router.post("/elt_syncs/{id}/orchestration", responses={**ONE, **GONE})
async def attach_orchestration(request: Request, id: Id, body: EltSyncAttachOrchestrationRequestDto) -> Response:
    """Let an orchestration run the sync."""
    world = world_of(request)
    with world.write():
        return reply(shapes.sync_shape(world, syncs.attach(world, id, body.orchestration_workflow_id)))


@router.delete("/elt_syncs/{id}/orchestration", responses={**ONE, **GONE})
async def detach_orchestration(request: Request, id: Id) -> Response:
    """Let the sync run on its own schedule again."""
    world = world_of(request)
    with world.write():
        return reply(shapes.sync_shape(world, syncs.detach(world, id)))
