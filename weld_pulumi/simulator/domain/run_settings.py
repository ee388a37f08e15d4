"""What is set about the next runs: figures, duration, delay and failure, for one stream, for a sync, or for all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..errors import ApiError
from ..store import RUN_FIGURES, Row
from ..workspace import Workspace

__all__ = ["ALL", "FIELDS", "checked", "lookup", "put", "settings_of"]

#: In the place of an id: what holds for all streams.
ALL = "*"
FIELDS = (*RUN_FIGURES, "seconds", "delay")


def checked(fields: Row) -> Row:
    """Return the fields that are set; raise ApiError if one does not exist or has a wrong value."""
    if unknown := sorted(set(fields) - set(FIELDS)):
        raise ApiError(400, "invalid_request", f"A run has no {', '.join(unknown)}; settings are {', '.join(FIELDS)}.")
    given = {key: value for key, value in fields.items() if value is not None}
    for key, value in given.items():
        if key == "error_message":
            if not isinstance(value, str):
                raise ApiError(400, "invalid_request", "error_message: must be a text.")
        elif not _is_amount(value):
            raise ApiError(400, "invalid_request", f"{key}: must be a number, 0 or greater.")
    return {key: value if key in ("error_message", "seconds", "delay") else int(value) for key, value in given.items()}


def _is_amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf


def put(workspace: Workspace, of: str | None, fields: Row) -> Row:
    """Set what becomes of the runs that start from now on; what is omitted returns to its default.

    Args:
        workspace: the workspace.
        of: the id of a stream, or of a sync for its streams; None for all streams.
        fields: see `FIELDS`.
    """
    given, id = checked(fields), of or ALL
    if of is not None and not any(workspace.store.get(table, of) for table in ("streams", "syncs")):
        raise ApiError(404, "not_found", f"There is no stream and no sync {of}.")
    workspace.store.delete("run_settings", id=id)
    row = {**dict.fromkeys(FIELDS), **workspace.created_now(), **given, "id": id}
    workspace.store.insert("run_settings", [row])
    return row


def settings_of(workspace: Workspace, of: str) -> Row:
    """Return what is set for a stream, for a sync, or for `ALL`."""
    row = workspace.store.get("run_settings", of) or {}
    return {key: row[key] for key in FIELDS if row.get(key) is not None}


def lookup(workspace: Workspace, figures: Row | None = None) -> Callable[[Row], Row]:
    """Return a function that returns what is set for a stream; what is set for it alone takes precedence."""
    own = checked(figures or {})
    known = {row["id"]: row for row in workspace.store.find("run_settings")}

    def of(stream: Row) -> Row:
        found: Row = {}
        for id in (ALL, stream["elt_sync_id"], stream["id"]):
            row = known.get(id, {})
            found.update({key: row[key] for key in FIELDS if row.get(key) is not None})
        return {**found, **own}

    return of
