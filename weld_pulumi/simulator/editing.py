"""What somebody does in Weld's own pages, behind the API's back; and everything there is, as plain data."""

from __future__ import annotations

from typing import Any

from .domain import bridges, streams, syncs
from .errors import ApiError, not_found
from .store import TABLES, Row
from .values import timestamp
from .world import World

__all__ = ["KINDS", "bridge_by_id", "create", "delete", "patch", "state"]

# The kinds of things that can be edited, and their tables.
KINDS = {
    "connection": "connections",
    "sync": "syncs",
    "stream": "streams",
    "orchestration": "orchestrations",
    "run": "runs",
    "bridge": "bridges",
}
_TIMES = frozenset({"created_at", "updated_at", "expires_at", "authorize_at", "started_at"})
_INTERNAL = frozenset({"seq", "token"})


def state(world: World) -> dict[str, Any]:
    """Everything there is, with what the API never shows, but without the tokens of links."""
    made: dict[str, Any] = {}
    for table in TABLES:
        name = "deleted" if table == "deletions" else table
        made[name] = [plain(row) for row in world.store.find(table)]
    made["readings"] = world.readings.as_dict()
    made["now"] = timestamp(world.now())
    return made


def plain(row: Row) -> dict[str, Any]:
    """A row as it may be shown."""
    shown: dict[str, Any] = {}
    for key, value in row.items():
        if key in _INTERNAL:
            continue
        is_time = key in _TIMES and isinstance(value, float)
        shown[key] = timestamp(value) if is_time else plain(value) if isinstance(value, dict) else value
    return shown


def _row(world: World, kind: str, identifier: str) -> Row:
    row = world.store.get(KINDS[kind], identifier)
    if row is None:
        raise not_found(kind.capitalize(), identifier)
    return row


def patch(world: World, kind: str, identifier: str, fields: Row) -> Row:
    """Change columns of a row, whatever the API would say to it."""
    row = _row(world, kind, identifier)
    known = set(world.store.columns(KINDS[kind])) - {"seq", "id"}
    if unknown := sorted(set(fields) - known):
        raise ApiError(400, "invalid_request", f"A {kind} has no {', '.join(unknown)}.")
    if kind == "sync" and "enabled" in fields and "status" not in fields:
        fields = {**fields, "status": "RUNNING" if fields["enabled"] else "PAUSED"}
    world.change(KINDS[kind], row, **fields)
    return row


def create(world: World, kind: str, fields: Row) -> Row:
    """Make a connection, a sync, a stream or an orchestration."""
    if kind == "connection":
        return _create_connection(world, **fields)
    if kind == "sync":
        return _create_sync(world, **fields)
    if kind == "stream":
        return _create_stream(world, **fields)
    if kind == "orchestration":
        return _create_orchestration(world, **fields)
    raise ApiError(400, "invalid_request", f"A {kind} cannot be made here.")


def _create_connection(world: World, integration_id: str, label: str) -> Row:
    if world.catalogue.get(integration_id) is None:
        raise ApiError(400, "invalid_request", f"There is no integration {integration_id}.")
    row = world.new_row(integration_id=integration_id, label=label, authorized_count=1)
    world.store.insert("connections", [row])
    return row


def _create_orchestration(world: World, name: str) -> Row:
    row = world.new_row(name=name)
    world.store.insert("orchestrations", [row])
    return row


def _create_sync(
    world: World,
    connection_id: str,
    destination_schema_name: str = "weld",
    sync_interval: str = "0 0 * * *",
    elt_settings: Row | None = None,
    start_date: str | None = None,
    enabled: bool = False,
    streams: list[Any] | None = None,
) -> Row:
    sync = syncs.insert_sync(
        world,
        _row(world, "connection", connection_id),
        destination_schema_name=destination_schema_name,
        sync_interval=sync_interval,
        elt_settings=elt_settings,
        start_date=start_date,
        enabled=False,
    )
    for entry in streams or []:
        _create_stream(world, sync["id"], **({"name": entry} if isinstance(entry, str) else entry))
    if enabled:
        syncs.enable(world, sync["id"])
        sync = syncs.sync_or_404(world, sync["id"])
    return sync


def _create_stream(world: World, elt_sync_id: str, name: str, **fields: Any) -> Row:
    if unknown := sorted(set(fields) - set(streams.FIELDS)):
        raise ApiError(400, "invalid_request", f"A stream has no {', '.join(unknown)}.")
    return streams.upsert(world, elt_sync_id, [{"name": name, **fields}]).sent[0]


def delete(world: World, kind: str, identifier: str) -> None:
    """Delete, without any of the API's objections."""
    row = _row(world, kind, identifier)
    if kind == "sync":
        syncs.remove_sync(world, row, remove_data=False)
    elif kind == "stream":
        streams.delete_stream(world, identifier)
    else:
        if kind == "connection":
            syncs.record_deletions(world, kind, [row])
        world.store.delete(KINDS[kind], id=identifier)


def bridge_by_id(world: World, identifier: str) -> Row:
    """The bridge with this id, for somebody who acts on it without the page."""
    row = world.store.get("bridges", identifier)
    if row is None:
        raise not_found("Bridge", identifier)
    if (found := bridges.state_of(world, row)) != "open":
        raise ApiError(409, "bridge_closed", f"The bridge is {found}.")
    return row
