"""Syncs: which data of a connection is loaded into which schema, and when."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from cronsim import CronSim, CronSimError

from ..errors import ApiError, not_found
from ..store import Row
from ..values import new_id
from ..workspace import Workspace
from . import runs

DAILY = "0 0 * * *"

_NAMED_BY = {"connection": "label", "sync": "destination_schema_name", "stream": "name"}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "array": (list,),
    "object": (dict,),
    "boolean": (bool,),
    "number": (int, float),
    "integer": (int, float),
}


def sync_or_404(workspace: Workspace, identifier: str) -> Row:
    """Return a sync; raise ApiError if it does not exist."""
    row = workspace.store.get("syncs", identifier)
    if row is None:
        raise not_found("ELT sync", identifier)
    return row


def create_sync(workspace: Workspace, body: Row) -> Row:
    """Create a sync of a connection, into the newest destination of the workspace."""
    source = workspace.store.get("connections", body["connection_id"])
    if source is None:
        raise ApiError(400, "invalid_request", f"connection_id: there is no connection {body['connection_id']}.")
    check_interval(body["sync_interval"])
    start_date = check_start_date(body["start_date"]) if "start_date" in body else None
    if not body["destination_schema_name"].strip():
        raise ApiError(400, "invalid_request", "destination_schema_name: must not be empty.")
    _check_source(workspace, source)
    check_settings(workspace, source["integration_id"], body.get("elt_settings", {}))
    _check_quota(workspace, source["id"])
    _check_duplicate(workspace, source["id"], body["destination_schema_name"])
    return insert_sync(
        workspace,
        source,
        destination_schema_name=body["destination_schema_name"],
        sync_interval=body["sync_interval"],
        elt_settings=body.get("elt_settings"),
        start_date=start_date,
        enabled=workspace.variants["new_sync_enabled"] == "yes",
    )


def insert_sync(workspace: Workspace, source: Row, **fields: Any) -> Row:
    """Insert the row of a sync."""
    destination = _destination(workspace)
    enabled = bool(fields.get("enabled"))
    row = workspace.new_row(
        source_connection_id=source["id"],
        source_integration_id=source["integration_id"],
        destination_connection_id=destination["id"],
        destination_integration_id=destination["integration_id"],
        orchestration_workflow_id=None,
        status="RUNNING" if enabled else "NOT_STARTED",
    )
    row.update(fields)
    workspace.store.insert("syncs", [row])
    return row


def _destination(workspace: Workspace) -> Row:
    for connection in reversed(workspace.store.find("connections")):
        integration = workspace.catalogue.get(connection["integration_id"])
        if integration is not None and integration.destination:
            return connection
    raise ApiError(400, "no_destination", "The workspace has no destination connection.")


def _check_source(workspace: Workspace, source: Row) -> None:
    integration = workspace.catalogue.get(source["integration_id"])
    if integration is None or "EltSource" not in integration.abilities:
        kind = source["integration_id"]
        raise ApiError(400, "invalid_request", f"connection_id: {source['id']} ({kind}) is not a data source.")


def _check_quota(workspace: Workspace, connection_id: str) -> None:
    most = workspace.variants.number("max_syncs_per_connection")
    if most and workspace.store.count("syncs", source_connection_id=connection_id) >= most:
        raise ApiError(409, "too_many_syncs", f"Connection {connection_id} has the most syncs that it may have.")


def _check_duplicate(workspace: Workspace, connection_id: str, schema: str) -> None:
    if workspace.variants["duplicate_sync"] != "refused":
        return
    for row in workspace.store.find("syncs", source_connection_id=connection_id):
        if row["destination_schema_name"].lower() == schema.lower():
            raise ApiError(409, "duplicate_sync", f"Sync {row['id']} already loads this connection into {schema}.")


def check_interval(expression: str) -> None:
    """Reject an interval that is not a cron expression with five fields."""
    try:
        if len(expression.split()) != 5:
            raise CronSimError("five fields are needed")
        CronSim(" ".join(expression.split()), datetime(2024, 1, 1))
    except CronSimError as error:
        raise ApiError(400, "invalid_request", f"sync_interval: not a cron expression ({error}).") from None


def check_start_date(text: str) -> str:
    """Return the date of a date, or of a timestamp as Weld's own client sends it; reject anything else."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text).isoformat()
        if not re.match(r"\d{4}-\d{2}-\d{2}T", text):
            raise ValueError(text)
        return datetime.fromisoformat(text.replace("Z", "+00:00")).date().isoformat()
    except ValueError:
        raise ApiError(400, "invalid_request", "start_date: not a date like 2020-01-31.") from None


def check_settings(workspace: Workspace, integration_id: str, settings: Row) -> None:
    """Reject settings that lack required keys or have wrong types; Weld checks the rest in its pages."""
    integration = workspace.catalogue.get(integration_id)
    schema = integration.settings if integration else {}
    problems = [f"elt_settings.{key}: is required." for key in schema.get("required", ()) if settings.get(key) is None]
    properties = schema.get("properties", {})
    for key, value in settings.items():
        declared = properties.get(key, {}).get("type")
        if isinstance(declared, str) and not _has_type(declared, value):
            problems.append(f"elt_settings.{key}: must be of type {declared}.")
    if problems:
        raise ApiError(400, "invalid_settings", problems)


def _has_type(declared: str, value: Any) -> bool:
    if isinstance(value, bool):
        return declared == "boolean"
    if declared == "integer" and isinstance(value, float) and not value.is_integer():
        return False
    return isinstance(value, _TYPES.get(declared, (object,)))


def update_sync(workspace: Workspace, identifier: str, body: Row) -> Row:
    """Change the interval and the settings of a sync."""
    sync = sync_or_404(workspace, identifier)
    fields: Row = {}
    if "sync_interval" in body:
        check_interval(body["sync_interval"])
        fields["sync_interval"] = body["sync_interval"]
    if "elt_settings" in body:
        settings = body["elt_settings"]
        if workspace.variants["settings_update"] == "merged":
            settings = {**(sync["elt_settings"] or {}), **settings}
        check_settings(workspace, sync["source_integration_id"], settings)
        fields["elt_settings"] = settings
    workspace.change("syncs", sync, **fields)
    return sync


def enable(workspace: Workspace, identifier: str) -> None:
    """Enable a sync and start the first runs of its streams."""
    sync = sync_or_404(workspace, identifier)
    if sync["enabled"] and workspace.variants["enable_again"] == "409":
        raise ApiError(409, "already_enabled", f"ELT sync {identifier} is already enabled.")
    if workspace.variants["enable_empty"] == "400" and not workspace.store.count("streams", elt_sync_id=identifier):
        raise ApiError(400, "no_streams", f"ELT sync {identifier} has no streams.")
    if not sync["enabled"]:
        workspace.change("syncs", sync, enabled=True, status="RUNNING")
        runs.start_first_runs(workspace, identifier)


def disable(workspace: Workspace, identifier: str) -> None:
    """Disable a sync."""
    sync = sync_or_404(workspace, identifier)
    if not sync["enabled"]:
        if workspace.variants["enable_again"] == "409":
            raise ApiError(409, "already_disabled", f"ELT sync {identifier} is already disabled.")
        return
    workspace.change("syncs", sync, enabled=False, status="PAUSED")


def delete_sync(workspace: Workspace, identifier: str, *, remove_data: bool) -> None:
    """Delete a sync with its streams, and with `remove_data` also its tables."""
    sync = sync_or_404(workspace, identifier)
    if sync["enabled"] and workspace.variants["delete_enabled_sync"] == "400":
        raise ApiError(400, "sync_enabled", f"ELT sync {identifier} must be disabled first.")
    remove_sync(workspace, sync, remove_data=remove_data)


def remove_sync(workspace: Workspace, sync: Row, *, remove_data: bool) -> None:
    """Remove a sync with its streams and runs, and record the deletion."""
    record_deletions(
        workspace, "stream", workspace.store.find("streams", elt_sync_id=sync["id"]), data_removed=remove_data
    )
    workspace.store.delete("streams", elt_sync_id=sync["id"])
    workspace.store.delete("runs", elt_sync_id=sync["id"])
    record_deletions(workspace, "sync", [sync], data_removed=remove_data)
    workspace.store.delete("syncs", id=sync["id"])


def record_deletions(workspace: Workspace, kind: str, rows: list[Row], *, data_removed: bool = False) -> None:
    """Record deletions for tests and people to look at."""
    entry, name = {**workspace.created_now(), "kind": kind, "data_removed": data_removed}, _NAMED_BY[kind]
    entries = [{**entry, "id": f"{kind}:{row['id']}:{new_id()}", "name": row[name], "was": row} for row in rows]
    workspace.store.insert("deletions", entries)


def attach(workspace: Workspace, identifier: str, orchestration_id: str) -> Row:
    """Attach a sync to an orchestration."""
    sync = sync_or_404(workspace, identifier)
    if workspace.store.get("orchestrations", orchestration_id) is None:
        raise not_found("Orchestration", orchestration_id)
    workspace.change("syncs", sync, orchestration_workflow_id=orchestration_id)
    return sync


def detach(workspace: Workspace, identifier: str) -> Row:
    """Detach a sync from its orchestration; without a schedule of its own it runs daily."""
    sync = sync_or_404(workspace, identifier)
    workspace.change("syncs", sync, orchestration_workflow_id=None, sync_interval=sync["sync_interval"] or DAILY)
    return sync
