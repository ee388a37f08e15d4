"""Endpoints of streams and their runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from ..domain import runs, streams
from ..domain.paging import page_of
from ..errors import ApiError
from ..models import (
    EltStreamDto,
    EltStreamFullRefreshRequestDto,
    EltStreamRequestRunConflictResponseDto,
    EltStreamRequestRunResponseDto,
    EltStreamRunDto,
    ErrorDto,
    PagedEltStreamDto,
    PagedEltStreamRunDto,
)
from .common import Cursor, Id, Limit, Responses, SortDirection, reply, reply_gone, serializer_of, workspace_of

router = APIRouter(default_response_class=Response)

BAD: Responses = {400: {"model": ErrorDto}}
GONE: Responses = {404: {"model": ErrorDto}}


@router.get("/elt_streams", responses={200: {"model": PagedEltStreamDto}})
async def list_elt_streams(
    request: Request,
    elt_sync_id: Annotated[str | None, Query()] = None,
    starting_after: Cursor = None,
    limit: Limit = 10,
) -> Response:
    """List streams, of all syncs or of one."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    equal = {} if elt_sync_id is None else {"elt_sync_id": elt_sync_id}
    with workspace.read():
        page = page_of(workspace, "streams", limit=limit, starting_after=starting_after, equal=equal)
        return reply(serializer.page(serializer.streams(page.rows), page.next_cursor))


@router.get("/elt_streams/{id}", responses={200: {"model": EltStreamDto}, **GONE})
async def get_elt_stream(request: Request, id: Id) -> Response:
    """Read one stream."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        return reply(serializer.streams([runs.stream_or_404(workspace, id)])[0])


@router.delete("/elt_streams/{id}", status_code=204, responses=GONE)
async def delete_elt_stream(request: Request, id: Id) -> Response:
    """Delete a stream."""
    workspace = workspace_of(request)
    try:
        with workspace.write():
            streams.delete_stream(workspace, id)
    except ApiError as error:
        return reply_gone(workspace, error)
    return Response(status_code=204)


@router.post(
    "/elt_streams/{id}/request_run",
    responses={
        200: {"model": EltStreamRequestRunResponseDto},
        **BAD,
        **GONE,
        409: {"model": EltStreamRequestRunConflictResponseDto},
    },
)
async def request_run(request: Request, id: Id) -> Response:
    """Run a stream now."""
    workspace = workspace_of(request)
    with workspace.write():
        return reply({"status_url": runs.request_run(workspace, id)})


@router.post("/elt_streams/{id}/request_full_refresh", status_code=204, responses={**BAD, **GONE})
async def request_full_refresh(
    request: Request,
    id: Id,
    body: Annotated[EltStreamFullRefreshRequestDto | None, Body()] = None,
) -> Response:
    """Request a full refresh with the next run of a stream."""
    workspace = workspace_of(request)
    with workspace.write():
        runs.request_full_refresh(workspace, id, reset_history=bool(body and body.reset_history_table))
    return Response(status_code=204)


@router.post("/elt_streams/{id}/cancel_full_refresh", status_code=204, responses=GONE)
async def cancel_full_refresh(request: Request, id: Id) -> Response:
    """Cancel a requested full refresh."""
    workspace = workspace_of(request)
    with workspace.write():
        runs.cancel_full_refresh(workspace, id)
    return Response(status_code=204)


@router.get(
    "/elt_stream_runs",
    responses={200: {"model": PagedEltStreamRunDto}, 404: {"description": "No such stream"}},
)
async def list_elt_stream_runs(
    request: Request,
    elt_stream_id: Annotated[str, Query()],
    starting_after: Cursor = None,
    limit: Limit = 10,
    sort_direction: Annotated[SortDirection, Query()] = "desc",
) -> Response:
    """List the runs of a stream in the last three months."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        page = runs.runs_of(
            workspace,
            elt_stream_id,
            limit=limit,
            starting_after=starting_after,
            newest_first=sort_direction == "desc",
        )
        items = [serializer.run(run) for run in page.rows]
        return reply(serializer.page(items, page.next_cursor))


@router.get(
    "/elt_stream_runs/{id}",
    responses={
        200: {"model": EltStreamRunDto},
        400: {"description": "Not the id of a run"},
        404: {"description": "No such run"},
    },
)
async def get_elt_stream_run(request: Request, id: Id) -> Response:
    """Read one run."""
    workspace, serializer = workspace_of(request), serializer_of(request)
    with workspace.read():
        return reply(serializer.run(runs.run_or_error(workspace, id)))
