"""Streams: the tables of a sync, added and changed by name."""

from __future__ import annotations

from typing import NamedTuple

from ..catalogue import Stream
from ..errors import ApiError
from ..store import Row
from ..values import new_id
from ..world import World
from . import runs, syncs

# What an upsert may set; a column that is None was never given.
FIELDS = (
    "incremental_pointer_id",
    "excluded_columns",
    "hashed_columns",
    "full_sync_always",
    "full_sync_at_midnight",
    "protected_from_full_sync",
    "excluded_substreams",
    "enabled_history_table",
)
_FRESH: Row = {"refresh_requested": False, "reset_history": False, "history_resets": 0}


class Upserted(NamedTuple):
    """What an upsert touched."""

    sync: Row
    sent: list[Row]
    new: list[Row]


def upsert(world: World, sync_id: str, entries: list[Row]) -> Upserted:
    """Add the streams that are not there, change those that are; all of them or none."""
    sync = syncs.sync_or_404(world, sync_id)
    _check_size(world, entries)
    found = world.store.find_any("streams", "name", _names(entries), elt_sync_id=sync_id)
    present = {row["name"]: row for row in found}
    _check_names(world, sync, entries, present)
    sent, new, fresh = [], [], {**_FRESH, **world.moment(), "elt_sync_id": sync_id}
    for entry in entries:
        row = present.get(entry["name"])
        if row is None:
            row = {**fresh, **_fields(entry), "id": new_id(), "name": entry["name"]}
            new.append(row)
        else:
            world.change("streams", row, **_changes(world, entry))
        sent.append(row)
    world.store.insert("streams", new)
    if sync["enabled"]:
        runs.start_runs_of_new(world, new)
    return Upserted(sync, sent, new)


def _names(entries: list[Row]) -> list[str]:
    names = [entry["name"] for entry in entries]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ApiError(400, "invalid_request", f"source_streams: {', '.join(twice)} given more than once.")
    return names


def _check_size(world: World, entries: list[Row]) -> None:
    most = world.readings.number("max_streams_per_upsert")
    if most and len(entries) > most:
        raise ApiError(413, "payload_too_large", f"source_streams: at most {most:.0f} streams in one request.")


def _check_names(world: World, sync: Row, entries: list[Row], present: dict[str, Row]) -> None:
    if world.readings["unknown_stream"] == "accepted":
        return
    available = world.catalogue.streams(sync["source_integration_id"])
    problems = []
    for number, entry in enumerate(entries):
        stream = available.get(entry["name"])
        if stream is None or entry["name"] not in present:
            problem = _problem(stream, sync["source_integration_id"], entry["name"])
        else:
            problem = ""
        without = entry.get("excluded_substreams")
        unknown = set(without) - set(stream.sub_streams if stream else ()) if without else None
        if not problem and unknown:
            problem = f"{entry['name']} has no sub-stream {', '.join(sorted(unknown))}"
        if problem:
            problems.append(f"source_streams.{number}: {problem}.")
    if problems:
        raise ApiError(400, "invalid_stream", problems)


def _problem(stream: Stream | None, integration_id: str, name: str) -> str:
    if stream is None:
        return f"{integration_id} has no stream {name}"
    if stream.retired:
        return f"{name} is retired"
    return "" if stream.selectable else f"{name} cannot be selected"


def _fields(entry: Row) -> Row:
    return {key: entry.get(key) for key in FIELDS}


def _changes(world: World, entry: Row) -> Row:
    if world.readings["upsert_missing_fields"] == "reset":
        return _fields(entry)
    return {key: entry[key] for key in FIELDS if key in entry}


def delete_stream(world: World, identifier: str) -> None:
    """Delete a stream; its tables stay."""
    stream = runs.stream_or_404(world, identifier)
    syncs.record_deletions(world, "stream", [stream])
    world.store.delete("runs", elt_stream_id=identifier)
    world.store.delete("streams", id=identifier)
