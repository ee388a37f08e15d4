"""Orchestrations: they are made in Weld's pages, and can be read and run here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from .. import shapes
from ..domain import runs
from ..domain.paging import page_of
from ..models import OrchestrationDto, OrchestrationRunDto, PagedOrchestrationDto
from .common import Cursor, Id, Limit, Responses, reply, world_of

router = APIRouter(default_response_class=Response)

GONE: Responses = {404: {"description": "No such orchestration"}}


@router.get("/orchestrations", responses={200: {"model": PagedOrchestrationDto}})
async def list_orchestrations(request: Request, starting_after: Cursor = None, limit: Limit = 10) -> Response:
    """List orchestrations by name."""
    world = world_of(request)
    with world.read():
        page = page_of(
            world, "orchestrations", limit=limit, starting_after=starting_after, newest_first=False, by="name"
        )
        items = [shapes.orchestration_shape(world, row) for row in page.rows]
        return reply(shapes.envelope(world, items, page.next_cursor))


@router.get("/orchestrations/{id}", responses={200: {"model": OrchestrationDto}, **GONE})
async def get_orchestration(request: Request, id: Id) -> Response:
    """Read one orchestration."""
    world = world_of(request)
    with world.read():
        return reply(shapes.orchestration_shape(world, runs.orchestration_or_404(world, id)))


@router.post("/orchestrations/{id}/request_run", responses={200: {"model": OrchestrationRunDto}, **GONE})
async def request_orchestration_run(request: Request, id: Id) -> Response:
    """Run an orchestration now, and every sync that is attached to it."""
    world = world_of(request)
    with world.write():
        return reply(shapes.orchestration_run_shape(world, runs.run_orchestration(world, id)))
