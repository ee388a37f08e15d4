"""Reads a list of Weld's to its end, in every envelope that Weld may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import LostResponseError
from .endpoints import CHECK_URL
from .limits import ListBudget

__all__ = ["PAGE_SIZE", "read_all"]

PAGE_SIZE = 100
_MOST_PAGES = 10_000
_REPORT = "Try again; if the problem persists, report it to Weld."

Fetch = Callable[[dict[str, str | int]], Any]


def read_all(
    path: str,
    fetch: Fetch,
    params: Mapping[str, str | int],
    limit: int | None = PAGE_SIZE,
    budget: ListBudget | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield every item once, page after page.

    Args:
        path: for messages.
        fetch: sends the request with the given query parameters and returns the body.
        params: query parameters that filter.
        limit: items a page, or None if the endpoint has no paging parameters.
        budget: limits of the whole list.

    Raises:
        LostResponseError: a body is not a list, the pages do not end, or the list exceeds its budget.
    """
    budget = budget or ListBudget(path)
    query: dict[str, str | int] = {**params, **({"limit": limit} if limit else {})}
    seen_ids: set[str] = set()
    seen_cursors: set[str] = set()
    for _ in range(_MOST_PAGES):
        items, cursor, has_end = _page(path, fetch(query), limit)
        budget.take_items(len(items))
        if not has_end and all(_id_of(item) in seen_ids for item in items):
            return  # the envelope does not mark the end, and this page has nothing new
        yield from _unseen(items, seen_ids)
        if cursor is None:
            return
        if cursor in seen_cursors:
            break
        seen_cursors.add(cursor)
        query["starting_after"] = cursor
    raise LostResponseError(f"GET {path}: the pages of the list do not end. {_REPORT}")


def _unseen(items: list[dict[str, Any]], seen_ids: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the items whose id is new, and note it; others come again if the list grew between two pages."""
    for item in items:
        identity = _id_of(item)
        if identity not in seen_ids:
            yield item
        if identity is not None:
            seen_ids.add(identity)


def _page(path: str, body: Any, limit: int | None) -> tuple[list[dict[str, Any]], str | None, bool]:
    """Return the items, the next cursor, and whether the envelope (bare list, ``{data}``, paged) marks the end."""
    envelope = body if isinstance(body, dict) else {"data": body}
    items = envelope.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise LostResponseError(f"GET {path}: the response is not a list. {CHECK_URL}.")
    cursor = _first(envelope, "next_cursor", "nextCursor") or None
    more = _first(envelope, "has_more", "hasMore")
    has_end = more is not None
    if not has_end:
        # A cursor means that there is more, and so does a full page.
        more = cursor is not None or (limit is not None and len(items) >= limit)
    if not more or (cursor is None and not items):
        return items, None, has_end
    cursor = cursor or _id_of(items[-1])
    if not isinstance(cursor, (str, int)):
        raise LostResponseError(f"GET {path}: there are more pages, but Weld returned no cursor. Try again.")
    return items, str(cursor), has_end


def _id_of(item: Mapping[str, Any]) -> str | None:
    found = item.get("id")
    return found if isinstance(found, str) else None


def _first(envelope: Mapping[str, Any], *names: str) -> Any:
    """Return the first of these fields that is set; null means absent."""
    return next((envelope[name] for name in names if envelope.get(name) is not None), None)
