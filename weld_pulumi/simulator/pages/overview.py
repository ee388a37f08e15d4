"""The page that shows the workspace."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..domain import bridges
from ..routes.common import is_local, workspace_of
from ..store import Row
from ..values import timestamp
from ..workspace import Workspace
from .markup import Markup, element, page, table

router = APIRouter(include_in_schema=False)

_MOST_ROWS = 200


@router.get("/")
async def overview(request: Request) -> Response:
    """Show bridges, connections, syncs and streams."""
    workspace = workspace_of(request)
    with workspace.write():
        bridges.authorize_due(workspace)
        parts = [
            _bridges(workspace, with_links=is_local(request)),
            _connections(workspace),
            _syncs(workspace),
            _streams(workspace),
        ]
    note = "This is Weld on localhost. Follow the links to change objects, as in Weld's own pages."
    return page("Weld simulator", *parts, element("p", note, class_="note"))


def _bridges(workspace: Workspace, with_links: bool) -> Markup:
    """List the open bridges. Everyone who has a link can use it, so links are for this machine only."""
    rows = []
    for row in bridges.open_bridges(workspace):
        label = element("a", row["label"], href=f"/authorize?token={row['token']}") if with_links else row["label"]
        rows.append([label, row["integration_id"], row["id"]])
    return table("Waiting for a person", ["Label", "Integration", "Bridge"], rows)


def _connections(workspace: Workspace) -> Markup:
    rows = [
        [_link("connections", row, row["label"]), row["integration_id"], row["id"], timestamp(row["created_at"])]
        for row in workspace.store.find("connections")
    ]
    return table("Connections", ["Label", "Integration", "Id", "Created"], rows)


def _syncs(workspace: Workspace) -> Markup:
    columns = ["Id", "Source", "Schema", "Interval", "Status", "Streams"]
    rows = [
        [
            _link("syncs", row, row["id"]),
            row["source_integration_id"],
            row["destination_schema_name"],
            "in an orchestration" if row["orchestration_workflow_id"] else row["sync_interval"],
            row["status"],
            workspace.store.count("streams", elt_sync_id=row["id"]),
        ]
        for row in workspace.store.find("syncs")
    ]
    return table("Syncs", columns, rows)


def _streams(workspace: Workspace) -> Markup:
    columns = ["Name", "Id", "Sync", "Pointer", "Full sync"]
    found = workspace.store.page("streams", limit=_MOST_ROWS, newest_first=True, before=float("inf"))
    rows = [
        [
            _link("streams", row, row["name"]),
            row["id"],
            row["elt_sync_id"],
            row["incremental_pointer_id"],
            _full_sync(row),
        ]
        for row in found
    ]
    return table("Streams", columns, rows, workspace.store.count("streams"))


def _link(kinds: str, row: Row, shown: str) -> Markup:
    return element("a", shown or "(no name)", href=f"/_simulator/edit/{kinds}/{row['id']}")


def _full_sync(row: Row) -> str:
    if row["full_sync_always"]:
        return "always"
    return "at midnight" if row["full_sync_at_midnight"] else ""
