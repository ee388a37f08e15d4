"""Pages of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..errors import ApiError
from ..store import Row
from ..values import decode, encode
from ..workspace import Workspace


class Page(NamedTuple):
    """Some rows of a list, and the cursor of the next page."""

    rows: list[Row]
    next_cursor: str | None


def page_of(
    workspace: Workspace,
    table: str,
    *,
    limit: int,
    starting_after: str | None,
    newest_first: bool | None = None,
    by: str = "seq",
    equal: Mapping[str, str] | None = None,
) -> Page:
    """Return a page of a table, in the order of creation or of the column `by`."""
    if newest_first is None:
        newest_first = workspace.variants["list_order"] == "newest"
    after = None if starting_after is None else _position(workspace, table, by, starting_after)
    rows = workspace.store.page(
        table,
        limit=limit + 1,
        newest_first=newest_first,
        before=workspace.visible_before(),
        after=after,
        by=by,
        equal=equal,
    )
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, encode(f"{by}:{rows[-1][by]}") if more else None)


def slice_of(items: list[Any], limit: int, starting_after: str | None) -> tuple[list[Any], str | None]:
    """Return a page of items that are not in a table."""
    start = 0
    if starting_after is not None:
        position = decode(starting_after) or ""
        if not position.startswith("at:") or not position[3:].isdigit():
            raise _unknown_cursor()
        start = int(position[3:])
    end = start + limit
    return items[start:end], encode(f"at:{end}") if end < len(items) else None


def _position(workspace: Workspace, table: str, by: str, cursor: str) -> Any:
    prefix, found, value = (decode(cursor) or "").partition(":")
    if found and prefix == by:
        return value if by != "seq" else _number(value)
    # In an older guide of Weld the cursor is the id of the last object, so that is accepted too.
    row = workspace.store.get(table, cursor)
    if row is None:
        raise _unknown_cursor()
    return row[by]


def _number(text: str) -> int:
    if not text.isdigit() or len(text) > 15:
        raise _unknown_cursor()
    return int(text)


def _unknown_cursor() -> ApiError:
    return ApiError(400, "invalid_request", "starting_after: not a cursor of this list.")
