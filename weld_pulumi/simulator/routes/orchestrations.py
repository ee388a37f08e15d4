"""Endpoints of orchestrations, which only Weld's pages create."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..domain import runs
from ..domain.paging import page_of
from ..models import OrchestrationDto, OrchestrationRunDto, PagedOrchestrationDto
from .common import Cursor, Id, Limit, Responses, reply, serializer_of, workspace_of

router = APIRouter(default_response_class=Response)

GONE: Responses = {404: {"description": "No such orchestration"}}


@router.get("/orchestrations", responses={200: {"model": PagedOrchestrationDto}})
async def list_orchestrations(request: Request, starting_after: Cursor = None, limit: Limit = 10) -> Response:
    """List orchestrations by name."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        page = page_of(
            workspace, "orchestrations", limit=limit, starting_after=starting_after, newest_first=False, by="name"
        )
        items = [serializer.orchestration(row) for row in page.rows]
        return reply(serializer.page(items, page.next_cursor))


@router.get("/orchestrations/{id}", responses={200: {"model": OrchestrationDto}, **GONE})
async def get_orchestration(request: Request, id: Id) -> Response:
    """Read one orchestration."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        return reply(serializer.orchestration(runs.orchestration_or_404(workspace, id)))


@router.post("/orchestrations/{id}/request_run", responses={200: {"model": OrchestrationRunDto}, **GONE})
async def request_orchestration_run(request: Request, id: Id) -> Response:
    """Run an orchestration now, and every sync that is attached to it."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.write():
        return reply(serializer.orchestration_run(runs.run_orchestration(workspace, id)))
