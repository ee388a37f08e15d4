"""Reads a list of Weld's to its end, in whichever envelope it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .answers import AnswerLostError
from .limits import ListBudget

__all__ = ["PAGE_SIZE", "read_all"]

PAGE_SIZE = 100
_MOST_PAGES = 10_000

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
        limit: items a page, or None where the endpoint declares no paging parameters.
        budget: what the whole list may take.

    Raises:
        AnswerLostError: a body is no list, the pages do not end, or the list takes more than it may.
    """
    budget = budget or ListBudget(path)
    query: dict[str, str | int] = {**params, **({"limit": limit} if limit else {})}
    seen_ids: set[str] = set()
    seen_cursors: set[str] = set()
    for _ in range(_MOST_PAGES):
        items, cursor, is_told = _page(path, fetch(query), limit)
        budget.take_items(len(items))
        if not is_told and all(_id_of(item) in seen_ids for item in items):
            return  # a page without news is the end of a list that does not tell its end
        for item in items:
            identity = _id_of(item)
            if identity is not None:
                if identity in seen_ids:
                    continue  # the list grew between two pages
                seen_ids.add(identity)
            yield item
        if cursor is None:
            return
        if cursor in seen_cursors:
            break
        seen_cursors.add(cursor)
        query["starting_after"] = cursor
    raise AnswerLostError(f"GET {path}: the pages of the list do not end. Try again; if it stays, tell Weld.")


def _page(path: str, body: Any, limit: int | None) -> tuple[list[dict[str, Any]], str | None, bool]:
    """Return the items, the next cursor, and whether the envelope (a bare list, ``{data}``, paged) tells the end."""
    envelope = body if isinstance(body, dict) else {"data": body}
    items = envelope.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise AnswerLostError(f"GET {path}: the answer is not a list. Check weld:apiUrl (WELD_API_URL).")
    cursor = _first(envelope, "next_cursor", "nextCursor") or None
    more = _first(envelope, "has_more", "hasMore")
    is_told = more is not None
    if not is_told:
        # Then a cursor tells that there is more, or a page that is full.
        more = cursor is not None or (limit is not None and len(items) >= limit)
    if not more or (cursor is None and not items):
        return items, None, is_told
    cursor = cursor or _id_of(items[-1])
    if not isinstance(cursor, (str, int)):
        raise AnswerLostError(f"GET {path}: there are more pages, but Weld does not say where. Try again.")
    return items, str(cursor), is_told


def _id_of(item: Mapping[str, Any]) -> str | None:
    found = item.get("id")
    return found if isinstance(found, str) else None


def _first(envelope: Mapping[str, Any], *names: str) -> Any:
    """Return the first that is there: null means absent."""
    return next((envelope[name] for name in names if envelope.get(name) is not None), None)
