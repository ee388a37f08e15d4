"""Pages on which a person changes objects as in Weld's own pages, outside of Pulumi, to cause drift.

Like the control API they answer to this machine only.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from ..domain import editing, syncs
from ..errors import ApiError
from ..routes.common import body_of, local_only, workspace_of
from ..store import Row
from ..workspace import Workspace
from .forms import button, choice, form, link, switch, text_field
from .markup import HEADERS, Markup, element, joined, message, page, table, text
from .run_forms import RUN_ACTIONS, change_runs, runs_of_stream, runs_of_sync

router = APIRouter(prefix="/_simulator/edit", include_in_schema=False, dependencies=[Depends(local_only)])

# With "no-referrer" a browser sends the origin "null", which local_only rejects.
_HEADERS = {**HEADERS, "referrer-policy": "same-origin"}
_FLAGS = {
    "full_sync_always": "Full sync in every run",
    "full_sync_at_midnight": "Full sync at midnight",
    "protected_from_full_sync": "Protected from full syncs",
    "enabled_history_table": "Keep a history table",
}
_LISTS = {
    "excluded_columns": "Excluded columns",
    "hashed_columns": "Hashed columns",
    "excluded_substreams": "Excluded sub-streams",
}
_KINDS = {"connections": "connection", "syncs": "sync", "streams": "stream"}


@router.get("/{kinds}/{id}")
async def show(request: Request, kinds: str, id: str) -> Response:
    """Show an object with a form to change it."""
    workspace = workspace_of(request)
    with workspace.read():
        return _with_errors(lambda: _FORMS[_kind(kinds)](workspace, _row(workspace, kinds, id)))


@router.post("/{kinds}/{id}")
async def change(request: Request, kinds: str, id: str) -> Response:
    """Change, delete or add as the form describes, and show the result."""
    workspace = workspace_of(request)
    fields = {key: values[0] for key, values in parse_qs(body_of(request).decode(errors="replace"), True).items()}
    with workspace.write():
        return _with_errors(lambda: _changed(workspace, kinds, id, fields))


def _changed(workspace: Workspace, kinds: str, id: str, fields: dict[str, str]) -> Response:
    kind, row = _kind(kinds), _row(workspace, kinds, id)
    if fields.get("do") == "delete":
        editing.delete(workspace, kind, id)
        return _redirect("/" if kind != "stream" else f"/_simulator/edit/syncs/{row['elt_sync_id']}")
    if fields.get("do") == "add":
        editing.create(workspace, "stream", {"elt_sync_id": id, "name": fields.get("name", "")})
    elif fields.get("do", "") in RUN_ACTIONS:
        change_runs(workspace, kind, row, fields)
    elif fields.get("do") == "save":
        editing.patch(workspace, kind, id, _CHANGES[kind](row, fields))
    else:
        return message("Nothing was changed", "Go back and choose one of the buttons.", 400)
    return _redirect(f"/_simulator/edit/{kinds}/{id}")


def _redirect(path: str) -> Response:
    return RedirectResponse(path, 303, _HEADERS)


def _with_errors(act: Callable[[], Response]) -> Response:
    """Return the result of an action, or a page that shows its error."""
    try:
        response = act()
    except ApiError as error:
        response = message("This did not work", error.message, error.status)
    response.headers.update(_HEADERS)
    return response


def _kind(kinds: str) -> str:
    if kinds not in _KINDS:
        raise ApiError(404, "not_found", f"There are no {kinds} to change here.")
    return _KINDS[kinds]


def _row(workspace: Workspace, kinds: str, id: str) -> Row:
    return editing.row_or_404(workspace, _kind(kinds), id)


# What a form changes --------------------------------------------------------------------------------------------------


def _connection_changes(_row: Row, fields: dict[str, str]) -> Row:
    return {"label": fields.get("label", "")}


def _sync_changes(row: Row, fields: dict[str, str]) -> Row:
    syncs.check_interval(fields.get("sync_interval", ""))
    enabled = "enabled" in fields
    return {
        "sync_interval": fields.get("sync_interval", ""),
        "orchestration_workflow_id": fields.get("orchestration_workflow_id") or None,
        # Setting it again would change the status.
        **({} if enabled == bool(row["enabled"]) else {"enabled": enabled}),
    }


def _stream_changes(row: Row, fields: dict[str, str]) -> Row:
    changes: Row = {flag: flag in fields for flag in _FLAGS}
    changes["incremental_pointer_id"] = fields.get("incremental_pointer_id") or None
    for name in _LISTS:
        listed = [part.strip() for part in fields.get(name, "").split(",") if part.strip()]
        # A list that was never set stays unset if the field is empty.
        changes[name] = listed or (None if row[name] is None else [])
    return changes


_CHANGES: dict[str, Callable[[Row, dict[str, str]], Row]] = {
    "connection": _connection_changes,
    "sync": _sync_changes,
    "stream": _stream_changes,
}


# The forms ------------------------------------------------------------------------------------------------------------


def _connection_form(_world: Workspace, row: Row) -> Response:
    fields = text_field("label", "Label", row["label"])
    return _form_page(f"Connection {row['label']}", row, "connections", fields, link("/", "Overview"))


def _sync_form(workspace: Workspace, row: Row) -> Response:
    workflows = [
        ("", "its own schedule"),
        *((each["id"], each["name"]) for each in workspace.store.find("orchestrations")),
    ]
    fields = joined(
        text_field("sync_interval", "Schedule (a cron expression)", row["sync_interval"]),
        choice("orchestration_workflow_id", "Run by", workflows, row["orchestration_workflow_id"] or ""),
        switch("enabled", "Enabled", row["enabled"]),
    )
    present = workspace.store.find("streams", elt_sync_id=row["id"])
    names = {stream["name"] for stream in present}
    offered = [(name, name) for name in workspace.catalogue.streams(row["source_integration_id"]) if name not in names]
    streams = [[link(f"/_simulator/edit/streams/{each['id']}", each["name"]), each["id"]] for each in present]
    adding = form("syncs", row, choice("name", "Add a stream", offered, ""), button("Add", "add"))
    parts = [table("Streams", ["Name", "Id"], streams), *([adding] if offered else []), *runs_of_sync(workspace, row)]
    title = f"Sync into {row['destination_schema_name']}"
    return _form_page(title, row, "syncs", fields, link("/", "Overview"), *parts)


def _stream_form(workspace: Workspace, row: Row) -> Response:
    fields = joined(
        text_field("incremental_pointer_id", "Column that shows which rows are new", row["incremental_pointer_id"]),
        *(switch(name, about, row[name]) for name, about in _FLAGS.items()),
        *(
            text_field(name, f"{about}, separated by commas", ", ".join(row[name] or ()))
            for name, about in _LISTS.items()
        ),
    )
    back = link(f"/_simulator/edit/syncs/{row['elt_sync_id']}", "Its sync")
    return _form_page(f"Stream {row['name']}", row, "streams", fields, back, *runs_of_stream(workspace, row))


_FORMS: dict[str, Callable[[Workspace, Row], Response]] = {
    "connection": _connection_form,
    "sync": _sync_form,
    "stream": _stream_form,
}


def _form_page(title: str, row: Row, kinds: str, fields: Markup, back: Markup, *parts: Markup) -> Response:
    about = element("p", joined(back, Markup(f" · {text(row['id'])}")), class_="note")
    saving = form(kinds, row, fields, button("Save", "save", "yes"), button("Delete", "delete"))
    return page(title, about, saving, *parts)
