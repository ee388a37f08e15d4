"""Endpoints of bridges, connections and integrations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ..domain import bridges
from ..domain.paging import page_of
from ..errors import ApiError
from ..models import ConnectionBridgeCreateDto, IntegrationAbility, PagedIntegrationDto, SettingsSchemaDto
from .common import Cursor, Id, Limit, reply, reply_bytes, reply_gone, serializer_of, undeclared_page, workspace_of

router = APIRouter(default_response_class=Response)


@router.get("/connection_bridges")
async def list_connection_bridges(request: Request) -> Response:
    """List the bridges that can still be used."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        items = [serializer.bridge(row) for row in bridges.active_bridges(workspace)]
        return reply(serializer.undocumented_page(items))


@router.post("/connection_bridges", status_code=201)
async def create_connection_bridge(request: Request, body: ConnectionBridgeCreateDto) -> Response:
    """Open a bridge, over which a person authorizes a connection within a day."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.write():
        return reply(serializer.bridge(bridges.create_bridge(workspace, body.given())), 201)


@router.get("/connections")
async def list_connections(request: Request, starting_after: Cursor = None, limit: Limit = 10) -> Response:
    """List the connections of the workspace."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        page = page_of(workspace, "connections", limit=limit, starting_after=starting_after)
        items = [serializer.connection(row) for row in page.rows]
        return reply(serializer.undocumented_page(items, page.next_cursor))


@router.delete("/connections/{id}", responses={204: {"description": "Deleted"}})
async def delete_connection(request: Request, id: Id) -> Response:
    """Delete a connection."""
    workspace = workspace_of(request)
    try:
        with workspace.write():
            bridges.delete_connection(workspace, id)
    except ApiError as error:
        return reply_gone(workspace, error)
    return Response(status_code=int(workspace.variants["delete_connection_answer"]))


@router.get("/connections/{id}/settings", responses={200: {"model": SettingsSchemaDto}})
async def get_connection_settings(request: Request, id: Id) -> Response:
    """Describe the settings of a sync of this connection as JSON Schema."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        schema = bridges.integration_of(workspace, bridges.connection_or_404(workspace, id)).settings
    body = serializer.settings_schema(schema)
    return reply_bytes(body) if body else Response()


@router.get("/integrations", responses={200: {"model": PagedIntegrationDto}})
async def list_integrations(
    request: Request, ability: Annotated[IntegrationAbility | None, Query()] = None
) -> Response:
    """List the integrations with an ability, by default sources."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    wanted = (ability or IntegrationAbility.ELT_SOURCE).value
    with workspace.read():
        found = [integration for integration in workspace.catalogue.all() if wanted in integration.abilities]
        cursor = None
        if workspace.variants["integrations_paged"] == "yes":
            found, cursor = undeclared_page(request, found)
        return reply(serializer.page([serializer.integration(item) for item in found], cursor))
