"""Streams of syncs, added and changed by name."""

from __future__ import annotations

from typing import NamedTuple

from ..catalogue import Stream
from ..errors import ApiError
from ..store import Row
from ..values import new_id
from ..workspace import Workspace
from . import runs, syncs

# Columns that an upsert may set; one that was never set is None.
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
    """The streams of an upsert."""

    sync: Row
    sent: list[Row]
    new: list[Row]


def upsert(workspace: Workspace, sync_id: str, entries: list[Row]) -> Upserted:
    """Add new streams and change existing ones, all of them or none."""
    sync = syncs.sync_or_404(workspace, sync_id)
    _check_size(workspace, entries)
    found = workspace.store.find_any("streams", "name", _names(entries), elt_sync_id=sync_id)
    present = {row["name"]: row for row in found}
    _check_names(workspace, sync, entries, present)
    sent, new, fresh = [], [], {**_FRESH, **workspace.created_now(), "elt_sync_id": sync_id}
    for entry in entries:
        row = present.get(entry["name"])
        if row is None:
            row = {**fresh, **_fields(entry), "id": new_id(), "name": entry["name"]}
            new.append(row)
        else:
            workspace.change("streams", row, **_changes(workspace, entry))
        sent.append(row)
    workspace.store.insert("streams", new)
    if sync["enabled"]:
        runs.start_runs_of_new(workspace, new)
    return Upserted(sync, sent, new)


def _names(entries: list[Row]) -> list[str]:
    names = [entry["name"] for entry in entries]
    if len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ApiError(400, "invalid_request", f"source_streams: {', '.join(twice)} given more than once.")
    return names


def _check_size(workspace: Workspace, entries: list[Row]) -> None:
    most = workspace.variants.number("max_streams_per_upsert")
    if most and len(entries) > most:
        raise ApiError(413, "payload_too_large", f"source_streams: at most {most:.0f} streams in one request.")


def _check_names(workspace: Workspace, sync: Row, entries: list[Row], present: dict[str, Row]) -> None:
    if workspace.variants["unknown_stream"] == "accepted":
        return
    available = workspace.catalogue.streams(sync["source_integration_id"])
    problems = []
    for number, entry in enumerate(entries):
        name = entry["name"]
        stream = available.get(name)
        if stream is None:
            problem = f"{sync['source_integration_id']} has no stream {name}"
        else:
            problem = _problem_of_entry(entry, stream, is_new=name not in present)
        if problem:
            problems.append(f"source_streams.{number}: {problem}.")
    if problems:
        raise ApiError(400, "invalid_stream", problems)


def _problem_of_entry(entry: Row, stream: Stream, *, is_new: bool) -> str:
    if is_new and stream.retired:
        return f"{stream.name} is retired"
    if is_new and not stream.selectable:
        return f"{stream.name} cannot be selected"
    excluded = entry.get("excluded_substreams")
    if excluded and (unknown := set(excluded) - set(stream.sub_streams)):
        return f"{stream.name} has no sub-stream {', '.join(sorted(unknown))}"
    return ""


def _fields(entry: Row) -> Row:
    return {key: entry.get(key) for key in FIELDS}


def _changes(workspace: Workspace, entry: Row) -> Row:
    if workspace.variants["upsert_missing_fields"] == "reset":
        return _fields(entry)
    return {key: entry[key] for key in FIELDS if key in entry}


def delete_stream(workspace: Workspace, identifier: str) -> None:
    """Delete a stream; its table stays in the destination."""
    stream = runs.stream_or_404(workspace, identifier)
    syncs.record_deletions(workspace, "stream", [stream])
    workspace.store.delete("runs", elt_stream_id=identifier)
    workspace.store.delete("streams", id=identifier)
