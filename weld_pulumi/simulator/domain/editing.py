"""What a person does in Weld's own pages: create, change and delete, without the checks of the API."""

from __future__ import annotations

from typing import Any

from ..errors import ApiError, not_found
from ..store import Row
from ..workspace import Workspace
from . import runs, streams, syncs

__all__ = ["KINDS", "create", "delete", "patch", "row_or_404"]

# The kinds of objects that can be edited, and their tables.
KINDS = {
    "connection": "connections",
    "sync": "syncs",
    "stream": "streams",
    "orchestration": "orchestrations",
    "run": "runs",
    "bridge": "bridges",
}


def row_or_404(workspace: Workspace, kind: str, identifier: str) -> Row:
    """Return an object; raise ApiError if it does not exist."""
    row = workspace.store.get(KINDS[kind], identifier)
    if row is None:
        raise not_found(kind.capitalize(), identifier)
    return row


def patch(workspace: Workspace, kind: str, identifier: str, fields: Row) -> Row:
    """Change any column of an object."""
    row = row_or_404(workspace, kind, identifier)
    known = set(workspace.store.columns(KINDS[kind])) - {"seq", "id"}
    if unknown := sorted(set(fields) - known):
        raise ApiError(400, "invalid_request", f"A {kind} has no {', '.join(unknown)}.")
    if kind == "sync" and "enabled" in fields and "status" not in fields:
        fields = {**fields, "status": "RUNNING" if fields["enabled"] else "PAUSED"}
    workspace.change(KINDS[kind], row, **fields)
    return row


def create(workspace: Workspace, kind: str, fields: Row) -> Row:
    """Create a connection, a sync, a stream, an orchestration, or a run of a stream."""
    if kind == "connection":
        return _create_connection(workspace, **fields)
    if kind == "sync":
        return _create_sync(workspace, **fields)
    if kind == "stream":
        return _create_stream(workspace, **fields)
    if kind == "orchestration":
        return _create_orchestration(workspace, **fields)
    if kind == "run":
        return _create_run(workspace, **fields)
    raise ApiError(400, "invalid_request", f"A {kind} cannot be created here.")


def _create_connection(workspace: Workspace, integration_id: str, label: str) -> Row:
    if workspace.catalogue.get(integration_id) is None:
        raise ApiError(400, "invalid_request", f"There is no integration {integration_id}.")
    row = workspace.new_row(integration_id=integration_id, label=label, authorized_count=1)
    workspace.store.insert("connections", [row])
    return row


def _create_orchestration(workspace: Workspace, name: str) -> Row:
    row = workspace.new_row(name=name)
    workspace.store.insert("orchestrations", [row])
    return row


def _create_sync(
    workspace: Workspace,
    connection_id: str,
    destination_schema_name: str = "weld",
    sync_interval: str = "0 0 * * *",
    elt_settings: Row | None = None,
    start_date: str | None = None,
    enabled: bool = False,
    streams: list[Any] | None = None,
) -> Row:
    sync = syncs.insert_sync(
        workspace,
        row_or_404(workspace, "connection", connection_id),
        destination_schema_name=destination_schema_name,
        sync_interval=sync_interval,
        elt_settings=elt_settings,
        start_date=start_date,
        enabled=False,
    )
    for entry in streams or []:
        _create_stream(workspace, sync["id"], **({"name": entry} if isinstance(entry, str) else entry))
    if enabled:
        syncs.enable(workspace, sync["id"])
        sync = syncs.sync_or_404(workspace, sync["id"])
    return sync


def _create_stream(workspace: Workspace, elt_sync_id: str, name: str, **fields: Any) -> Row:
    if unknown := sorted(set(fields) - set(streams.FIELDS)):
        raise ApiError(400, "invalid_request", f"A stream has no {', '.join(unknown)}.")
    return streams.upsert(workspace, elt_sync_id, [{"name": name, **fields}]).sent[0]


def _create_run(workspace: Workspace, elt_stream_id: str, **figures: Any) -> Row:
    return runs.start_run(workspace, row_or_404(workspace, "stream", elt_stream_id), figures)


def delete(workspace: Workspace, kind: str, identifier: str) -> None:
    """Delete an object."""
    row = row_or_404(workspace, kind, identifier)
    if kind == "sync":
        syncs.remove_sync(workspace, row, remove_data=False)
    elif kind == "stream":
        streams.delete_stream(workspace, identifier)
    else:
        if kind == "connection":
            syncs.record_deletions(workspace, kind, [row])
        workspace.store.delete(KINDS[kind], id=identifier)
