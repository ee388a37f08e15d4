"""Syncs: what is loaded from a connection into which schema, and when."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from cronsim import CronSim, CronSimError

from ..errors import ApiError, not_found
from ..store import Row
from ..values import new_id
from ..world import World
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


def sync_or_404(world: World, identifier: str) -> Row:
    """The sync with this id."""
    row = world.store.get("syncs", identifier)
    if row is None:
        raise not_found("ELT sync", identifier)
    return row


def create_sync(world: World, body: Row) -> Row:
    """Make a sync of a source connection, into the destination that the workspace has."""
    source = world.store.get("connections", body["connection_id"])
    if source is None:
        raise ApiError(400, "invalid_request", f"connection_id: there is no connection {body['connection_id']}.")
    check_interval(body["sync_interval"])
    start_date = check_start_date(body["start_date"]) if "start_date" in body else None
    if not body["destination_schema_name"].strip():
        raise ApiError(400, "invalid_request", "destination_schema_name: must not be empty.")
    _check_source(world, source)
    check_settings(world, source["integration_id"], body.get("elt_settings", {}))
    _check_quota(world, source["id"])
    _check_duplicate(world, source["id"], body["destination_schema_name"])
    return insert_sync(
        world,
        source,
        destination_schema_name=body["destination_schema_name"],
        sync_interval=body["sync_interval"],
        elt_settings=body.get("elt_settings"),
        start_date=start_date,
        enabled=world.readings["new_sync_enabled"] == "yes",
    )


def insert_sync(world: World, source: Row, **fields: Any) -> Row:
    """Add the row of a sync."""
    destination = _destination(world)
    enabled = bool(fields.get("enabled"))
    row = world.new_row(
        source_connection_id=source["id"],
        source_integration_id=source["integration_id"],
        destination_connection_id=destination["id"],
        destination_integration_id=destination["integration_id"],
        orchestration_workflow_id=None,
        status="RUNNING" if enabled else "NOT_STARTED",
    )
    row.update(fields)
    world.store.insert("syncs", [row])
    return row


def _destination(world: World) -> Row:
    for connection in reversed(world.store.find("connections")):
        integration = world.catalogue.get(connection["integration_id"])
        if integration is not None and integration.destination:
            return connection
    raise ApiError(400, "no_destination", "The workspace has no destination connection.")


def _check_source(world: World, source: Row) -> None:
    integration = world.catalogue.get(source["integration_id"])
    if integration is None or "EltSource" not in integration.abilities:
        kind = source["integration_id"]
        raise ApiError(400, "invalid_request", f"connection_id: {source['id']} ({kind}) is no source of data.")


def _check_quota(world: World, connection_id: str) -> None:
    most = world.readings.number("max_syncs_per_connection")
    if most and world.store.count("syncs", source_connection_id=connection_id) >= most:
        raise ApiError(409, "too_many_syncs", f"Connection {connection_id} has as many syncs as it may have.")


def _check_duplicate(world: World, connection_id: str, schema: str) -> None:
    if world.readings["duplicate_sync"] != "refused":
        return
    for row in world.store.find("syncs", source_connection_id=connection_id):
        if row["destination_schema_name"].lower() == schema.lower():
            raise ApiError(409, "duplicate_sync", f"Sync {row['id']} already loads this connection into {schema}.")


def check_interval(expression: str) -> None:
    """Five fields of cron."""
    try:
        if len(expression.split()) != 5:
            raise CronSimError("five fields are needed")
        CronSim(" ".join(expression.split()), datetime(2024, 1, 1))
    except CronSimError as error:
        raise ApiError(400, "invalid_request", f"sync_interval: not a cron expression ({error}).") from None


def check_start_date(text: str) -> str:
    """A date, or a time stamp as Weld's own client sends it; gives the date."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text).isoformat()
        if not re.match(r"\d{4}-\d{2}-\d{2}T", text):
            raise ValueError(text)
        return datetime.fromisoformat(text.replace("Z", "+00:00")).date().isoformat()
    except ValueError:
        raise ApiError(400, "invalid_request", "start_date: not a date like 2020-01-31.") from None


def check_settings(world: World, integration_id: str, settings: Row) -> None:
    """The keys that must be there, and the types of those that are; the rest is for Weld's own pages to check."""
    integration = world.catalogue.get(integration_id)
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


def update_sync(world: World, identifier: str, body: Row) -> Row:
    """Change interval and settings."""
    sync = sync_or_404(world, identifier)
    fields: Row = {}
    if "sync_interval" in body:
        check_interval(body["sync_interval"])
        fields["sync_interval"] = body["sync_interval"]
    if "elt_settings" in body:
        settings = body["elt_settings"]
        if world.readings["settings_update"] == "merged":
            settings = {**(sync["elt_settings"] or {}), **settings}
        check_settings(world, sync["source_integration_id"], settings)
        fields["elt_settings"] = settings
    world.change("syncs", sync, **fields)
    return sync


def enable(world: World, identifier: str) -> None:
    """Put a sync on its schedule; streams that never ran begin to."""
    sync = sync_or_404(world, identifier)
    if sync["enabled"] and world.readings["enable_again"] == "409":
        raise ApiError(409, "already_enabled", f"ELT sync {identifier} is enabled already.")
    if world.readings["enable_empty"] == "400" and not world.store.count("streams", elt_sync_id=identifier):
        raise ApiError(400, "no_streams", f"ELT sync {identifier} has no streams.")
    if not sync["enabled"]:
        world.change("syncs", sync, enabled=True, status="RUNNING")
        runs.start_first_runs(world, identifier)


def disable(world: World, identifier: str) -> None:
    """Take a sync off its schedule."""
    sync = sync_or_404(world, identifier)
    if not sync["enabled"]:
        if world.readings["enable_again"] == "409":
            raise ApiError(409, "already_disabled", f"ELT sync {identifier} is disabled already.")
        return
    world.change("syncs", sync, enabled=False, status="PAUSED")


def delete_sync(world: World, identifier: str, *, remove_data: bool) -> None:
    """Delete a sync with its streams, and the tables in the destination where that is asked for."""
    sync = sync_or_404(world, identifier)
    if sync["enabled"] and world.readings["delete_enabled_sync"] == "400":
        raise ApiError(400, "sync_enabled", f"ELT sync {identifier} has to be disabled first.")
    remove_sync(world, sync, remove_data=remove_data)


def remove_sync(world: World, sync: Row, *, remove_data: bool) -> None:
    """Remove a sync and what hangs on it, and remember that it was there."""
    record_deletions(world, "stream", world.store.find("streams", elt_sync_id=sync["id"]), data_removed=remove_data)
    world.store.delete("streams", elt_sync_id=sync["id"])
    world.store.delete("runs", elt_sync_id=sync["id"])
    record_deletions(world, "sync", [sync], data_removed=remove_data)
    world.store.delete("syncs", id=sync["id"])


def record_deletions(world: World, kind: str, rows: list[Row], *, data_removed: bool = False) -> None:
    """Remember what was deleted, for who wants to know what became of it."""
    entry, name = {**world.moment(), "kind": kind, "data_removed": data_removed}, _NAMED_BY[kind]
    entries = [{**entry, "id": f"{kind}:{row['id']}:{new_id()}", "name": row[name], "was": row} for row in rows]
    world.store.insert("deletions", entries)


def attach(world: World, identifier: str, orchestration_id: str) -> Row:
    """Let an orchestration run the sync."""
    sync = sync_or_404(world, identifier)
    if world.store.get("orchestrations", orchestration_id) is None:
        raise not_found("Orchestration", orchestration_id)
    world.change("syncs", sync, orchestration_workflow_id=orchestration_id)
    return sync


def detach(world: World, identifier: str) -> Row:
    """Let the sync run on its own schedule again, daily where it has none."""
    sync = sync_or_404(world, identifier)
    world.change("syncs", sync, orchestration_workflow_id=None, sync_interval=sync["sync_interval"] or DAILY)
    return sync
