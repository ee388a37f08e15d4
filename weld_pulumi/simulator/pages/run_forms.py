"""The parts of the pages that show the runs of streams, start and end them, and set what becomes of the next ones."""

from __future__ import annotations

from ..domain import run_settings, runs
from ..errors import ApiError
from ..store import Row
from ..values import timestamp
from ..workspace import Workspace
from .forms import button, form, text_field
from .markup import Markup, element, joined, table

__all__ = ["RUN_ACTIONS", "change_runs", "runs_of_stream", "runs_of_sync"]

#: What the buttons do.
RUN_ACTIONS = ("set-runs", "run", "end-run", "fail-run")
_MOST_ROWS = 10
_FIELDS = {
    "rows_total": "Rows",
    "bytes_total": "Bytes",
    "estimated_total": "Rows that Weld expects (0: it does not estimate)",
    "seconds": "Seconds that a run takes",
    "delay": "Seconds before it starts",
    "error_message": "Error with which it fails",
}


def change_runs(workspace: Workspace, kind: str, row: Row, fields: dict[str, str]) -> None:
    """Do what a button of the form means, for a stream or for all streams of a sync."""
    action = fields["do"]
    if action == "set-runs":
        run_settings.put(workspace, row["id"], {name: _value(name, fields.get(name, "")) for name in _FIELDS})
        return
    streams = [row] if kind == "stream" else workspace.store.find("streams", elt_sync_id=row["id"])
    for stream in streams:
        latest = runs.latest_run(workspace, stream["id"])
        is_running = latest is not None and runs.status_of(workspace, latest) == "RUNNING"
        if action == "run" and not is_running:
            runs.start_run(workspace, stream)
        elif action != "run" and latest is not None and is_running:
            error = fields.get("error_message") or "Ended on the page of the simulator"
            runs.end_run(workspace, latest, error if action == "fail-run" else None)


def _value(name: str, written: str) -> str | float | None:
    if not written.strip() or name == "error_message":
        return written.strip() or None
    try:
        return float(written)
    except ValueError:
        raise ApiError(400, "invalid_request", f"{_FIELDS[name]}: {written} is not a number.") from None


def runs_of_stream(workspace: Workspace, stream: Row) -> list[Markup]:
    """Return the last runs of a stream, and the form for the next ones."""
    equal = {"elt_stream_id": stream["id"]}
    found = workspace.store.page(
        "runs", limit=_MOST_ROWS, newest_first=True, before=float("inf"), by="started_at", equal=equal
    )
    rows = [_cells(workspace, run) for run in found]
    count = workspace.store.count("runs", elt_stream_id=stream["id"])
    return [table("Runs", _COLUMNS, rows, count), *_form(workspace, "streams", stream)]


def runs_of_sync(workspace: Workspace, sync: Row) -> list[Markup]:
    """Return the last run of each stream of a sync, and the form for the next ones of all of them."""
    latest = runs.latest_runs(workspace, sync["id"])
    streams = workspace.store.find("streams", elt_sync_id=sync["id"])
    rows = [[stream["name"], *_cells(workspace, run)] for stream in streams for run in latest.get(stream["id"], [])[:1]]
    return [table("Last runs", ["Stream", *_COLUMNS], rows), *_form(workspace, "syncs", sync)]


_COLUMNS = ["Started", "Status", "Rows", "Of", "Mode", "Error"]


def _cells(workspace: Workspace, run: Row) -> list[object]:
    status = runs.status_of(workspace, run) if runs.is_visible(workspace, run) else "not started yet"
    error = run["error_message"] if status == "FAILED" else None
    rows = runs.rows_synced(workspace, run)
    return [timestamp(run["started_at"]), status, rows, runs.estimated_total(run), run["operation_mode"], error]


def _form(workspace: Workspace, kinds: str, row: Row) -> list[Markup]:
    known = run_settings.settings_of(workspace, row["id"])
    fields = joined(*(text_field(name, about, known.get(name)) for name, about in _FIELDS.items()))
    buttons = (
        button("Set for the next runs", "set-runs", "yes"),
        button("Run now", "run"),
        button("End the run now", "end-run"),
        button("Fail the run now", "fail-run"),
    )
    return [element("h2", "The next runs"), form(kinds, row, fields, *buttons)]
