"""Runs of streams. Nothing runs: the state of a run follows from the time since its start.

How long a run takes, what it copies and whether it fails can be set (`run_settings`).
"""

from __future__ import annotations

import zlib

from ..errors import ApiError, not_found
from ..store import Row
from ..values import decode, encode, seconds_of, timestamp
from ..workspace import Workspace
from . import run_settings
from .paging import Page

BYTES_PER_ROW = 128
KEPT_SECONDS = 92 * 24 * 60 * 60  # lists show runs of the last three months
_PREFIX = "stream-sync-"
_FIRST = ("FULL", "INITIAL_SYNC")
# Columns of a stream that a run resets.
_MARKS = ("history_resets", "refresh_requested", "reset_history")
# Columns of a stream that its first run depends on.
_SEEN_BY_A_FIRST_RUN = ("id", "name", "elt_sync_id", *_MARKS)


def run_id(stream_id: str, started_at: float) -> str:
    """Return the id of a run, made of its stream and start; it is also a cursor."""
    return encode(f"{_PREFIX}{stream_id}|{timestamp(started_at)}")


def moment_of(identifier: str) -> tuple[str, float] | None:
    """Return the stream and the start in the id of a run; None for any other string."""
    stream_id, found, moment = (decode(identifier) or "").partition("|")
    if not found or not stream_id.startswith(_PREFIX):
        return None
    try:
        return stream_id[len(_PREFIX) :], seconds_of(moment)
    except ValueError:
        return None


def status_of(workspace: Workspace, run: Row) -> str:
    """Return RUNNING until the time of a run is over, then COMPLETED or FAILED."""
    if workspace.now() < run["started_at"] + run["seconds"]:
        return "RUNNING"
    return "FAILED" if run["error_message"] else "COMPLETED"


def is_visible(workspace: Workspace, run: Row) -> bool:
    """Tell whether a run has started; Weld does not list a requested run before that."""
    return bool(run["started_at"] <= workspace.now())


def rows_synced(workspace: Workspace, run: Row) -> int:
    """Return the rows that a run has synced: a share that grows with time."""
    return int(run["rows_total"] * _share(workspace, run))


def bytes_synced(workspace: Workspace, run: Row) -> int:
    """Return the bytes that a run has synced."""
    if run["bytes_total"] is None:
        return rows_synced(workspace, run) * BYTES_PER_ROW
    return int(run["bytes_total"] * _share(workspace, run))


def estimated_total(run: Row) -> int | None:
    """Return the rows that Weld expects of a run; None if it does not estimate them."""
    estimate = run["rows_total"] if run["estimated_total"] is None else run["estimated_total"]
    return estimate or None


def _share(workspace: Workspace, run: Row) -> float:
    passed = workspace.now() - run["started_at"]
    return 1.0 if run["seconds"] <= 0 else min(1.0, max(0.0, passed / run["seconds"]))


def latest_run(workspace: Workspace, stream_id: str) -> Row | None:
    """Return the last run of a stream, or None."""
    rows = workspace.store.page(
        "runs",
        limit=1,
        newest_first=True,
        before=float("inf"),
        by="started_at",
        equal={"elt_stream_id": stream_id},
    )
    return rows[0] if rows else None


def start_run(workspace: Workspace, stream: Row, figures: Row | None = None) -> Row:
    """Start a run of a stream, in full if that was requested; `figures` take precedence over what is set."""
    latest, started = latest_run(workspace, stream["id"]), _moment(workspace)
    if latest is None:
        return _start_runs(workspace, [stream], started, _FIRST, figures)[0]
    if started <= latest["started_at"]:
        # The start is part of the id, so no two runs of a stream have the same.
        started = round(latest["started_at"] + 0.001, 3)
    return _start_runs(workspace, [stream], started, _kind(stream), figures)[0]


def end_run(workspace: Workspace, run: Row, error_message: str | None = None) -> None:
    """Let a run end now, as failed if there is an error message."""
    fields = {"error_message": error_message} if error_message else {}
    workspace.change("runs", run, seconds=max(0.0, workspace.now() - run["started_at"]), **fields)


def start_first_runs(workspace: Workspace, sync_id: str) -> None:
    """Start the first run of each stream of a sync that had none."""
    ran = {run["elt_stream_id"] for run in workspace.store.find("runs", ("elt_stream_id",), elt_sync_id=sync_id)}
    streams = workspace.store.find("streams", _SEEN_BY_A_FIRST_RUN, elt_sync_id=sync_id)
    start_runs_of_new(workspace, [stream for stream in streams if stream["id"] not in ran])


def start_runs_of_new(workspace: Workspace, streams: list[Row]) -> None:
    """Start the first run of each of these streams."""
    _start_runs(workspace, streams, _moment(workspace), _FIRST)


def _moment(workspace: Workspace) -> float:
    """Return the time in whole milliseconds, as the id of a run holds it."""
    return int(workspace.now() * 1000) / 1000


def _start_runs(
    workspace: Workspace, streams: list[Row], started: float, kind: tuple[str, str], figures: Row | None = None
) -> list[Row]:
    figures_of = run_settings.lookup(workspace, figures)
    made = [_new_run(workspace, stream, started, figures_of(stream), *kind) for stream in streams]
    workspace.store.insert("runs", made)
    marked = [stream for stream in streams if stream["refresh_requested"]]
    for stream in marked:
        stream["history_resets"] += bool(stream["reset_history"])
        stream["refresh_requested"] = stream["reset_history"] = False
    workspace.store.rewrite("streams", marked, _MARKS)
    return made


def _new_run(workspace: Workspace, stream: Row, started: float, figures: Row, mode: str, trigger: str) -> Row:
    total = 1000 + zlib.crc32(stream["name"].encode()) % 9000
    begun = round(started + figures.pop("delay", 0.0), 3)
    return {
        **workspace.created_now(),
        # Lists show what was created up to now.
        **({"created_at": begun} if begun > started else {}),
        "id": run_id(stream["id"], begun),
        "elt_sync_id": stream["elt_sync_id"],
        "elt_stream_id": stream["id"],
        "started_at": begun,
        "seconds": workspace.run_seconds,
        "operation_mode": mode,
        "full_sync_trigger": trigger,
        "rows_total": total if mode == "FULL" else total // 50,
        "bytes_total": None,
        "estimated_total": None,
        "error_message": None,
        **figures,
    }


def _kind(stream: Row) -> tuple[str, str]:
    """Return mode and trigger of a run after the first."""
    if stream["refresh_requested"]:
        return "FULL", "USER"
    if stream["full_sync_always"]:
        return "FULL", "ALWAYS_FULL"
    return "INCREMENTAL", "NONE"


def stream_or_404(workspace: Workspace, identifier: str) -> Row:
    """Return a stream; raise ApiError if it does not exist."""
    row = workspace.store.get("streams", identifier)
    if row is None:
        raise not_found("ELT stream", identifier)
    return row


def request_run(workspace: Workspace, identifier: str) -> str:
    """Run a stream now, and return the path that lists the run."""
    stream = stream_or_404(workspace, identifier)
    _check_enabled(workspace, stream)
    latest = latest_run(workspace, identifier)
    if latest is not None and status_of(workspace, latest) == "RUNNING":
        raise ApiError(
            409, "already_running", f"ELT stream {identifier} is already running.", active_run_id=latest["id"]
        )
    run = start_run(workspace, stream)
    cursor = run_id(identifier, run["started_at"] - 0.001)
    return f"/elt_stream_runs?elt_stream_id={identifier}&starting_after={cursor}&limit=1&sort_direction=asc"


def request_full_refresh(workspace: Workspace, identifier: str, *, reset_history: bool) -> None:
    """Mark a stream for a full refresh with its next run."""
    stream = stream_or_404(workspace, identifier)
    if workspace.variants["refresh_disabled"] == "400":
        _check_enabled(workspace, stream)
    if stream["protected_from_full_sync"] and workspace.variants["refresh_protected"] == "400":
        raise ApiError(400, "stream_protected", f"ELT stream {identifier} is protected from full syncs.")
    # A second request does not withdraw the reset of the first.
    reset = reset_history or bool(stream["reset_history"])
    workspace.store.update("streams", identifier, {"refresh_requested": True, "reset_history": reset})


def cancel_full_refresh(workspace: Workspace, identifier: str) -> None:
    """Remove the mark for a full refresh."""
    stream_or_404(workspace, identifier)
    workspace.store.update("streams", identifier, {"refresh_requested": False, "reset_history": False})


def _check_enabled(workspace: Workspace, stream: Row) -> None:
    sync = workspace.store.get("syncs", stream["elt_sync_id"])
    if sync is None or not sync["enabled"]:
        raise ApiError(400, "sync_not_running", f"ELT sync {stream['elt_sync_id']} is not enabled.")


def runs_of(
    workspace: Workspace, stream_id: str, *, limit: int, starting_after: str | None, newest_first: bool
) -> Page:
    """Return a page of the runs of a stream, by start."""
    stream_or_404(workspace, stream_id)
    after = None
    if starting_after is not None:
        position = moment_of(starting_after)
        if position is None or position[0] != stream_id:
            raise ApiError(400, "invalid_request", "starting_after: not a cursor of this list.")
        after = position[1]
    rows = workspace.store.page(
        "runs",
        limit=limit + 1,
        newest_first=newest_first,
        before=workspace.visible_before(),
        since=workspace.now() - KEPT_SECONDS,
        after=after,
        by="started_at",
        equal={"elt_stream_id": stream_id},
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, str(rows[-1]["id"]) if more else None)


def run_or_error(workspace: Workspace, identifier: str) -> Row:
    """Return a run; raise ApiError if it does not exist."""
    if moment_of(identifier) is None:
        raise ApiError(400, "invalid_request", "id: not the id of a run.")
    row = workspace.store.get("runs", identifier)
    if row is None:
        raise not_found("ELT stream run", identifier)
    return row


def latest_runs(workspace: Workspace, sync_id: str) -> dict[str, list[Row]]:
    """Return the last two runs of each stream of a sync, newest first, by the id of the stream."""
    found: dict[str, list[Row]] = {}
    for run in reversed(workspace.store.find("runs", elt_sync_id=sync_id)):
        if not is_visible(workspace, run):
            continue
        kept = found.setdefault(run["elt_stream_id"], [])
        if len(kept) < 2:
            kept.append(run)
    return found


def orchestration_or_404(workspace: Workspace, identifier: str) -> Row:
    """Return an orchestration; raise ApiError if it does not exist."""
    row = workspace.store.get("orchestrations", identifier)
    if row is None:
        raise not_found("Orchestration", identifier)
    return row


def run_orchestration(workspace: Workspace, identifier: str) -> Row:
    """Run an orchestration now, and all enabled syncs attached to it."""
    orchestration_or_404(workspace, identifier)
    run = workspace.new_row(orchestration_id=identifier, started_at=workspace.now(), seconds=workspace.run_seconds)
    workspace.store.insert("orchestration_runs", [run])
    for sync in workspace.store.find("syncs", orchestration_workflow_id=identifier, enabled=1):
        for stream in workspace.store.find("streams", elt_sync_id=sync["id"]):
            latest = latest_run(workspace, stream["id"])
            if latest is None or status_of(workspace, latest) != "RUNNING":
                start_run(workspace, stream)
    return run
