"""How things look on the wire, under the readings."""

from __future__ import annotations

from typing import Any

from .catalogue import Integration, Stream
from .domain import runs
from .domain.paging import Page
from .store import Row
from .values import timestamp
from .world import World

__all__ = [
    "available_shape",
    "bridge_shape",
    "connection_shape",
    "envelope",
    "integration_shape",
    "loose_envelope",
    "orchestration_run_shape",
    "orchestration_shape",
    "run_shape",
    "status_shape",
    "stream_shapes",
    "sync_shape",
]

Json = dict[str, Any]

# Fields that Weld does not have today, of every type: whoever reads answers must step over them.
_UNKNOWN: Json = {"x_revision": 7, "x_links": {"self": "/"}, "x_tags": ["new"], "x_note": None}


def _finish(world: World, required: Json, optional: Json | None = None) -> Json:
    """Put an object together: required are the fields that the contract requires, and those that it does not describe.

    Optional ones with and without a value go by the readings for them.
    """
    made = dict(required)
    is_told = world.readings["optional_fields"] == "reported"
    for key, value in (optional or {}).items():
        value = value if is_told else None
        if value is not None or world.readings["absent_optional"] == "null":
            made[key] = value
    if world.readings["extra_fields"] == "present":
        made.update(_UNKNOWN)
    return made


def envelope(world: World, items: list[Json], next_cursor: str | None) -> Json:
    """A page of a list."""
    camel = world.readings["paging_fields"] == "camel"
    more, cursor = ("hasMore", "nextCursor") if camel else ("has_more", "next_cursor")
    # The contract does not require a cursor; without one, no page would follow.
    made = _finish(world, {"data": items, more: next_cursor is not None}, {cursor: None})
    return made if next_cursor is None else {**made, cursor: next_cursor}


def loose_envelope(world: World, items: list[Json], next_cursor: str | None = None) -> Json | list[Json]:
    """The lists whose answer is documented nowhere."""
    reading = world.readings["connections_envelope"]
    if reading == "list":
        return items
    if reading == "data":
        return _finish(world, {"data": items})
    return envelope(world, items, next_cursor)


def bridge_shape(world: World, row: Row) -> Json:
    """A bridge, with the link that a person opens."""
    reading = world.readings["bridge_link"]
    base = "" if reading.endswith("_relative") else world.public_url
    times = {"created_at": timestamp(row["created_at"]), "expires_at": timestamp(row["expires_at"])}
    key = reading.removesuffix("_relative")
    return _finish(world, {"id": row["id"], key: f"{base}/authorize?token={row['token']}", **times})


def connection_shape(world: World, row: Row) -> Json:
    """A connection; nobody documents its fields."""
    made: Json = {"id": row["id"]}
    if (label := world.readings["connection_label"]) != "absent":
        made[label] = row["label"]
    if (integration := world.readings["connection_integration"]) != "absent":
        made[integration] = row["integration_id"]
    if world.readings["connection_created_at"] == "present":
        made["created_at"] = timestamp(row["created_at"])
        made["updated_at"] = timestamp(row["updated_at"])
    return _finish(world, made)


def integration_shape(world: World, integration: Integration) -> Json:
    """An integration."""
    return _finish(
        world,
        {
            "id": integration.id,
            "name": integration.name,
            "supports_start_date": integration.supports_start_date,
            "abilities": list(integration.abilities),
        },
        {"min_required_plan": integration.min_required_plan},
    )


def available_shape(world: World, stream: Stream) -> Json:
    """A stream that could be added to a sync."""
    details = None
    if stream.retired:
        optional = {
            "in_favor_of": stream.in_favor_of,
            "removal_date": stream.removal_date,
            "details": stream.details,
        }
        details = _finish(world, {}, optional)
    return _finish(
        world,
        {
            "name": stream.name,
            "retired": stream.retired,
        },
        {
            "is_selectable": stream.selectable and not stream.retired,
            "preselect": stream.preselect,
            "sub_streams": list(stream.sub_streams),
            "retirement_details": details,
        },
    )


def sync_shape(world: World, row: Row, *, with_streams: bool = True) -> Json:
    """A sync."""
    integration = world.catalogue.get(row["source_integration_id"])
    required = {
        "id": row["id"],
        "account_id": world.account_id,
        "source_connection_id": row["source_connection_id"],
        "source_integration_id": row["source_integration_id"],
        "destination_connection_id": row["destination_connection_id"],
        "destination_integration_id": row["destination_integration_id"],
        "status": row["status"],
        "created_at": timestamp(row["created_at"]),
        "updated_at": timestamp(row["updated_at"]),
        **_enabled(world, row),
    }
    optional: Json = {
        **_settings(world, row, integration),
        "destination_schema_name": _schema_name(world, row),
        "orchestration_workflow_id": row["orchestration_workflow_id"],
        "sync_interval": _interval(world, row),
    }
    if with_streams:
        optional["source_streams"] = _streams_of_sync(world, row)
    start_date = _start_date(world, row, integration)
    reading = world.readings["start_date_read"]
    if reading == "null" and world.readings["optional_fields"] == "reported":
        required["start_date"] = None
    elif reading != "absent":
        optional["start_date"] = start_date
    return _finish(world, required, optional)


def _enabled(world: World, row: Row) -> Json:
    field = world.readings["enabled_field"]
    return {} if field == "status" else {field: bool(row["enabled"])}


def _settings(world: World, row: Row, integration: Integration | None) -> Json:
    reading = world.readings["settings_read"]
    settings = dict(row["elt_settings"] or {})
    if integration is not None and world.readings["fill_in_values"] == "filled":
        properties = integration.settings.get("properties", {})
        defaults = {key: value["default"] for key, value in properties.items() if "default" in value}
        settings = {**defaults, **settings}
    if reading == "absent":
        return {}
    return {"elt_settings": settings} if reading == "elt_settings" else {"config": {"sourceSettings": settings}}


def _schema_name(world: World, row: Row) -> str | None:
    name: str | None = row["destination_schema_name"]
    return name.lower() if name is not None and world.readings["schema_name_case"] == "lower" else name


def _interval(world: World, row: Row) -> str | None:
    reading = world.readings["sync_interval_read"]
    if reading == "absent_in_orchestration" and row["orchestration_workflow_id"]:
        return None
    interval: str | None = row["sync_interval"]
    return normalized_interval(interval) if interval and reading == "normalized" else interval


_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def normalized_interval(expression: str) -> str:
    """The same schedule in the plainest words: single spaces, numbers for names, no leading zeros, no ``*/1``."""
    fields = expression.upper().split()
    for position, names, first in ((3, _MONTHS, 1), (4, _DAYS, 0)):
        for number, name in enumerate(names, first):
            fields[position] = fields[position].replace(name, str(number))
    return " ".join(_normalized_field(field) for field in fields)


def _normalized_field(field: str) -> str:
    made, digits = "", ""
    for character in [*field, ""]:
        if character.isdigit():
            digits += character
            continue
        made += (str(int(digits)) if digits else "") + character
        digits = ""
    return "*" if made == "*/1" else made


def _start_date(world: World, row: Row, integration: Integration | None) -> str | None:
    start: str | None = row["start_date"]
    if start is None and world.readings["fill_in_values"] == "filled" and integration is not None:
        start = integration.default_start_date if integration.supports_start_date else None
    if start is not None and world.readings["start_date_read"] == "timestamp":
        return f"{start}T00:00:00.000Z"
    return start


def _streams_of_sync(world: World, row: Row) -> list[Json] | None:
    if world.readings["sync_streams_read"] == "absent":
        return None
    return stream_shapes(world, world.store.find("streams", elt_sync_id=row["id"]))


def stream_shapes(world: World, rows: list[Row]) -> list[Json]:
    """Streams, of one sync or of several."""
    known: dict[str, dict[str, Stream]] = {}
    for sync_id in {row["elt_sync_id"] for row in rows}:
        sync = world.store.get("syncs", sync_id)
        known[sync_id] = world.catalogue.streams(sync["source_integration_id"]) if sync else {}
    filled = world.readings["fill_in_values"] == "filled"
    columns = world.readings["columns_read"] == "present"
    return [_stream_shape(world, row, known[row["elt_sync_id"]].get(row["name"]), filled, columns) for row in rows]


def _stream_shape(world: World, row: Row, stream: Stream | None, filled: bool, columns: bool) -> Json:
    pointer = row["incremental_pointer_id"]
    if pointer is None and filled and stream is not None:
        pointer = stream.pointer
    required = {
        "id": row["id"],
        "elt_sync_id": row["elt_sync_id"],
        "name": row["name"],
        "full_sync_at_midnight": bool(row["full_sync_at_midnight"]),
        "full_sync_always": bool(row["full_sync_always"]),
        "protected_from_full_sync": bool(row["protected_from_full_sync"]),
        "excluded_substreams": row["excluded_substreams"] or [],
        "enabled_history_table": bool(row["enabled_history_table"]),
        "created_at": timestamp(row["created_at"]),
        "updated_at": timestamp(row["updated_at"]),
    }
    keys = list(stream.primary_keys) if stream and stream.primary_keys else None
    # An empty pointer is the way to say that there is none.
    optional: Json = {"incremental_pointer_id": pointer or None, "incremental_primary_key_name": keys}
    if columns:
        optional["excluded_columns"] = row["excluded_columns"] or []
        optional["hashed_columns"] = row["hashed_columns"] or []
    return _finish(world, required, optional)


def run_shape(world: World, run: Row) -> Json:
    """A run of a stream."""
    status = runs.status_of(world, run)
    finished = None if status == "RUNNING" else timestamp(run["started_at"] + run["seconds"])
    return _finish(
        world,
        {
            "id": run["id"],
            "elt_sync_id": run["elt_sync_id"],
            "elt_stream_id": run["elt_stream_id"],
            "started_at": timestamp(run["started_at"]),
        },
        {"status": status, "rows_synced": runs.rows_synced(world, run), "finished_at": finished},
    )


def status_shape(world: World, sync: Row) -> Json:
    """What each stream of a sync is doing, and did last."""
    states = runs.states_of_sync(world, sync["id"])
    streams = [
        _finish(world, {"name": stream["name"]}, _snapshots(world, states.get(stream["id"], [])))
        for stream in world.store.find("streams", elt_sync_id=sync["id"])
    ]
    return _finish(world, {"elt_sync_id": sync["id"], "source_streams": streams})


def _snapshots(world: World, newest_first: list[Row]) -> Json:
    running = [run for run in newest_first if runs.status_of(world, run) == "RUNNING"]
    over = [run for run in newest_first if run not in running]
    return {
        "active_sync": _snapshot(world, running[0]) if running else None,
        "latest_sync": _snapshot(world, over[0]) if over else None,
    }


def _snapshot(world: World, run: Row) -> Json:
    status = runs.status_of(world, run)
    rows = runs.rows_synced(world, run)
    over = status != "RUNNING"
    return _finish(
        world,
        {
            "bytes_synced": rows * 128,
        },
        {
            "records_synced": rows,
            "estimated_total_count": run["rows_total"],
            "retry_attempt": 0,
            "status": status,
            "operation_mode": run["operation_mode"],
            "full_sync_trigger": run["full_sync_trigger"],
            "started_at": timestamp(run["started_at"]),
            "finished_at": timestamp(run["started_at"] + run["seconds"]) if over else None,
            "error_message": run["error_message"] if over else None,
        },
    )


def orchestration_shape(world: World, row: Row) -> Json:
    """An orchestration."""
    return _finish(world, {"id": row["id"], "name": row["name"]})


def orchestration_run_shape(world: World, row: Row) -> Json:
    """A run of an orchestration."""
    running = world.now() < row["started_at"] + row["seconds"]
    return _finish(
        world,
        {
            "id": row["id"],
            "orchestration_id": row["orchestration_id"],
            "status": "RUNNING" if running else "COMPLETED",
            "due_at": timestamp(row["started_at"]),
        },
        {
            "started_at": timestamp(row["started_at"]),
            "finished_at": None if running else timestamp(row["started_at"] + row["seconds"]),
        },
    )


def page_of_streams(world: World, page: Page) -> Json:
    """A page of a list of streams."""
    return envelope(world, stream_shapes(world, page.rows), page.next_cursor)
