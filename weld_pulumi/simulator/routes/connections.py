"""Bridges, connections, integrations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from .. import shapes
from ..domain import bridges
from ..domain.paging import page_of
from ..errors import ApiError
from ..models import ConnectionBridgeCreateDto, IntegrationAbility, PagedIntegrationDto, SettingsSchemaDto
from .common import Cursor, Id, Limit, gone_answer, reply, undeclared_page, world_of

router = APIRouter(default_response_class=Response)


@router.get("/connection_bridges")
async def list_connection_bridges(request: Request) -> Response:
    """List the bridges that can still be used."""
    world = world_of(request)
    with world.read():
        items = [shapes.bridge_shape(world, row) for row in bridges.active_bridges(world)]
        return reply(shapes.loose_envelope(world, items))


@router.post("/connection_bridges", status_code=201)
async def create_connection_bridge(request: Request, body: ConnectionBridgeCreateDto) -> Response:
    """Open a bridge, over which a person authorizes a connection within a day."""
    world = world_of(request)
    with world.write():
        return reply(shapes.bridge_shape(world, bridges.create_bridge(world, body.given())), 201)


@router.get("/connections")
async def list_connections(request: Request, starting_after: Cursor = None, limit: Limit = 10) -> Response:
    """List the connections of the workspace."""
    world = world_of(request)
    with world.read():
        page = page_of(world, "connections", limit=limit, starting_after=starting_after)
        items = [shapes.connection_shape(world, row) for row in page.rows]
        return reply(shapes.loose_envelope(world, items, page.next_cursor))


@router.delete("/connections/{id}", responses={204: {"description": "Deleted, nothing to tell"}})
async def delete_connection(request: Request, id: Id) -> Response:
    """Delete a connection."""
    world = world_of(request)
    try:
        with world.write():
            bridges.delete_connection(world, id)
    except ApiError as error:
        return gone_answer(world, error)
    return Response(status_code=int(world.readings["delete_connection_answer"]))


@router.get("/connections/{id}/settings", responses={200: {"model": SettingsSchemaDto}})
async def get_connection_settings(request: Request, id: Id) -> Response:
    """Describe, as JSON Schema, what the settings of a sync of this connection may hold."""
    world = world_of(request)
    with world.read():
        schema = bridges.integration_of(world, bridges.connection_or_404(world, id)).settings
    if schema or world.readings["empty_settings"] == "object":
        return reply(schema)
    return reply(None) if world.readings["empty_settings"] == "null" else Response()


@router.get("/integrations", responses={200: {"model": PagedIntegrationDto}})
async def list_integrations(
    request: Request, ability: Annotated[IntegrationAbility | None, Query()] = None
) -> Response:
    """List what can be connected, by ability: sources, unless something else is asked for."""
    world = world_of(request)
    wanted = (ability or IntegrationAbility.ELT_SOURCE).value
    with world.read():
        found = [integration for integration in world.catalogue.all() if wanted in integration.abilities]
        cursor = None
        if world.readings["integrations_paged"] == "yes":
            found, cursor = undeclared_page(request, found)
        return reply(shapes.envelope(world, [shapes.integration_shape(world, item) for item in found], cursor))
