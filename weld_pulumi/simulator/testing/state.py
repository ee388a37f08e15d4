"""The whole workspace as plain data, also what the API never shows."""

from __future__ import annotations

from typing import Any

from ..domain import bridges, editing
from ..errors import ApiError
from ..store import TABLES, Row
from ..values import timestamp
from ..workspace import Workspace

__all__ = ["open_bridge", "plain", "state_of"]

_TIMES = frozenset({"created_at", "updated_at", "expires_at", "authorize_at", "started_at"})
_INTERNAL = frozenset({"seq", "token"})


def state_of(workspace: Workspace) -> dict[str, Any]:
    """Return all objects by table, and under `deleted` those that were deleted; tokens of links are left out."""
    made: dict[str, Any] = {}
    for table in TABLES:
        name = "deleted" if table == "deletions" else table
        made[name] = [plain(row) for row in workspace.store.find(table)]
    made["readings"] = workspace.variants.as_dict()
    made["now"] = timestamp(workspace.now())
    return made


def plain(row: Row) -> dict[str, Any]:
    """Return a row without internal columns, and with times as timestamps."""
    shown: dict[str, Any] = {}
    for key, value in row.items():
        if key in _INTERNAL:
            continue
        is_time = key in _TIMES and isinstance(value, float)
        shown[key] = timestamp(value) if is_time else plain(value) if isinstance(value, dict) else value
    return shown


def open_bridge(workspace: Workspace, identifier: str) -> Row:
    """Return a bridge that waits for a person; raise ApiError if it does not."""
    row = editing.row_or_404(workspace, "bridge", identifier)
    if (state := bridges.state_of(workspace, row)) != "open":
        raise ApiError(409, "bridge_closed", f"The bridge is {state}.")
    return row
