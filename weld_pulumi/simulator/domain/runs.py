"""Runs: nothing runs here. What a run is at some moment follows from when it was asked for."""

from __future__ import annotations

import zlib

from ..errors import ApiError, not_found
from ..store import Row
from ..values import decode, encode, seconds_of, timestamp
from ..world import World
from .paging import Page

KEPT_SECONDS = 92 * 24 * 60 * 60
_PREFIX = "stream-sync-"
_FIRST = ("FULL", "INITIAL_SYNC")
# What of a stream a run takes away.
_MARKS = ("history_resets", "refresh_requested", "reset_history")
# What of a stream its first run depends on.
_SEEN_BY_A_FIRST_RUN = ("id", "name", "elt_sync_id", *_MARKS)


def run_id(stream_id: str, started_at: float) -> str:
    """The id of a run tells the stream and the moment, and serves as a cursor too."""
    return encode(f"{_PREFIX}{stream_id}|{timestamp(started_at)}")


def moment_of(identifier: str) -> tuple[str, float] | None:
    """Stream and moment out of the id of a run; None where it is no such id."""
    stream_id, found, moment = (decode(identifier) or "").partition("|")
    if not found or not stream_id.startswith(_PREFIX):
        return None
    try:
        return stream_id[len(_PREFIX) :], seconds_of(moment)
    except ValueError:
        return None


def status_of(world: World, run: Row) -> str:
    """Running until its time is over."""
    if world.now() < run["started_at"] + run["seconds"]:
        return "RUNNING"
    return "FAILED" if run["error_message"] else "COMPLETED"


def rows_synced(world: World, run: Row) -> int:
    """As many rows as the time that has passed is worth."""
    passed = world.now() - run["started_at"]
    share = 1.0 if run["seconds"] <= 0 else min(1.0, max(0.0, passed / run["seconds"]))
    return int(run["rows_total"] * share)


def latest_run(world: World, stream_id: str) -> Row | None:
    """The run that began last."""
    rows = world.store.page(
        "runs",
        limit=1,
        newest_first=True,
        before=float("inf"),
        by="started_at",
        equal={"elt_stream_id": stream_id},
    )
    return rows[0] if rows else None


def start_run(world: World, stream: Row) -> Row:
    """Begin a run of a stream, a full one where that was asked for."""
    latest, started = latest_run(world, stream["id"]), _moment(world)
    if latest is None:
        return _start_runs(world, [stream], started, _FIRST)[0]
    if started <= latest["started_at"]:
        # The moment is part of the id, so no two runs of a stream share one.
        started = round(latest["started_at"] + 0.001, 3)
    return _start_runs(world, [stream], started, _kind(stream))[0]


def start_first_runs(world: World, sync_id: str) -> None:
    """Begin a run of each stream of a sync that never had one."""
    ran = {run["elt_stream_id"] for run in world.store.find("runs", ("elt_stream_id",), elt_sync_id=sync_id)}
    streams = world.store.find("streams", _SEEN_BY_A_FIRST_RUN, elt_sync_id=sync_id)
    start_runs_of_new(world, [stream for stream in streams if stream["id"] not in ran])


def start_runs_of_new(world: World, streams: list[Row]) -> None:
    """Begin the first run of each of these streams."""
    _start_runs(world, streams, _moment(world), _FIRST)


def _moment(world: World) -> float:
    """Now, as exactly as the id of a run tells it."""
    return int(world.now() * 1000) / 1000


def _start_runs(world: World, streams: list[Row], started: float, kind: tuple[str, str]) -> list[Row]:
    common = {**world.moment(), "started_at": started, "seconds": world.run_seconds, "error_message": None}
    made = [{**common, **_new_run(stream, started, *kind)} for stream in streams]
    world.store.insert("runs", made)
    marked = [stream for stream in streams if stream["refresh_requested"]]
    for stream in marked:
        stream["history_resets"] += bool(stream["reset_history"])
        stream["refresh_requested"] = stream["reset_history"] = False
    world.store.rewrite("streams", marked, _MARKS)
    return made


def _new_run(stream: Row, started: float, mode: str, trigger: str) -> Row:
    total = 1000 + zlib.crc32(stream["name"].encode()) % 9000
    return {
        "id": run_id(stream["id"], started),
        "elt_sync_id": stream["elt_sync_id"],
        "elt_stream_id": stream["id"],
        "operation_mode": mode,
        "full_sync_trigger": trigger,
        "rows_total": total if mode == "FULL" else total // 50,
    }


def _kind(stream: Row) -> tuple[str, str]:
    """Mode and trigger of a run that is not the first one."""
    if stream["refresh_requested"]:
        return "FULL", "USER"
    if stream["full_sync_always"]:
        return "FULL", "ALWAYS_FULL"
    return "INCREMENTAL", "NONE"


def stream_or_404(world: World, identifier: str) -> Row:
    """The stream with this id."""
    row = world.store.get("streams", identifier)
    if row is None:
        raise not_found("ELT stream", identifier)
    return row


def request_run(world: World, identifier: str) -> str:
    """Run a stream now; gives the address at which the run can be followed."""
    stream = stream_or_404(world, identifier)
    _check_enabled(world, stream)
    latest = latest_run(world, identifier)
    if latest is not None and status_of(world, latest) == "RUNNING":
        raise ApiError(
            409, "already_running", f"ELT stream {identifier} is running already.", active_run_id=latest["id"]
        )
    run = start_run(world, stream)
    cursor = run_id(identifier, run["started_at"] - 0.001)
    return f"/elt_stream_runs?elt_stream_id={identifier}&starting_after={cursor}&limit=1&sort_direction=asc"


def request_full_refresh(world: World, identifier: str, *, reset_history: bool) -> None:
    """Mark a stream, so that its next run is a full one."""
    stream = stream_or_404(world, identifier)
    if world.readings["refresh_disabled"] == "400":
        _check_enabled(world, stream)
    if stream["protected_from_full_sync"] and world.readings["refresh_protected"] == "400":
        raise ApiError(400, "stream_protected", f"ELT stream {identifier} is protected from full syncs.")
    # Asked twice, the second wish does not take the first one back.
    reset = reset_history or bool(stream["reset_history"])
    world.store.update("streams", identifier, {"refresh_requested": True, "reset_history": reset})


def cancel_full_refresh(world: World, identifier: str) -> None:
    """Take the mark away."""
    stream_or_404(world, identifier)
    world.store.update("streams", identifier, {"refresh_requested": False, "reset_history": False})


def _check_enabled(world: World, stream: Row) -> None:
    sync = world.store.get("syncs", stream["elt_sync_id"])
    if sync is None or not sync["enabled"]:
        raise ApiError(400, "sync_not_running", f"ELT sync {stream['elt_sync_id']} is not enabled.")


def runs_of(world: World, stream_id: str, *, limit: int, starting_after: str | None, newest_first: bool) -> Page:
    """The runs of a stream in the order of their start."""
    stream_or_404(world, stream_id)
    after = None
    if starting_after is not None:
        position = moment_of(starting_after)
        if position is None or position[0] != stream_id:
            raise ApiError(400, "invalid_request", "starting_after: this is not a cursor of this list.")
        after = position[1]
    rows = world.store.page(
        "runs",
        limit=limit + 1,
        newest_first=newest_first,
        before=world.visible_before(),
        since=world.now() - KEPT_SECONDS,
        after=after,
        by="started_at",
        equal={"elt_stream_id": stream_id},
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, str(rows[-1]["id"]) if more else None)


def run_or_error(world: World, identifier: str) -> Row:
    """The run with this id."""
    if moment_of(identifier) is None:
        raise ApiError(400, "invalid_request", "id: this is not the id of a run.")
    row = world.store.get("runs", identifier)
    if row is None:
        raise not_found("ELT stream run", identifier)
    return row


def states_of_sync(world: World, sync_id: str) -> dict[str, list[Row]]:
    """The last two runs of each stream, the newest first, by the stream's id."""
    found: dict[str, list[Row]] = {}
    for run in reversed(world.store.find("runs", elt_sync_id=sync_id)):
        kept = found.setdefault(run["elt_stream_id"], [])
        if len(kept) < 2:
            kept.append(run)
    return found


def orchestration_or_404(world: World, identifier: str) -> Row:
    """The orchestration with this id."""
    row = world.store.get("orchestrations", identifier)
    if row is None:
        raise not_found("Orchestration", identifier)
    return row


def run_orchestration(world: World, identifier: str) -> Row:
    """Run an orchestration now, with all enabled syncs that are attached to it."""
    orchestration_or_404(world, identifier)
    run = world.new_row(orchestration_id=identifier, started_at=world.now(), seconds=world.run_seconds)
    world.store.insert("orchestration_runs", [run])
    for sync in world.store.find("syncs", orchestration_workflow_id=identifier, enabled=1):
        for stream in world.store.find("streams", elt_sync_id=sync["id"]):
            latest = latest_run(world, stream["id"])
            if latest is None or status_of(world, latest) != "RUNNING":
                start_run(world, stream)
    return run
