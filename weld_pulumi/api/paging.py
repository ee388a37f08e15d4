"""Reads a list of Weld's to its end, in whichever envelope it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .answers import AnswerLostError

__all__ = ["PAGE_SIZE", "read_all"]

PAGE_SIZE = 100
_MOST_PAGES = 10_000

Fetch = Callable[[dict[str, str | int]], Any]


def read_all(
    path: str, fetch: Fetch, params: Mapping[str, str | int], limit: int | None = PAGE_SIZE
) -> Iterator[dict[str, Any]]:
    """Yield every item once, page after page.

    Args:
        path: for messages.
        fetch: sends the request with the given query parameters and returns the body.
        params: query parameters that filter.
        limit: items a page, or None where the endpoint declares no paging parameters.

    Raises:
        AnswerLostError: a body is no list, or the pages do not end.
    """
    query: dict[str, str | int] = {**params, **({"limit": limit} if limit else {})}
    seen_ids: set[str] = set()
    seen_cursors: set[str] = set()
    for _ in range(_MOST_PAGES):
        items, cursor = _page(path, fetch(query))
        for item in items:
            identity = item.get("id")
            if identity is not None and identity in seen_ids:
                continue  # the list grew between two pages
            if identity is not None:
                seen_ids.add(identity)
            yield item
        if cursor is None:
            return
        if cursor in seen_cursors:
            break
        seen_cursors.add(cursor)
        query["starting_after"] = cursor
    raise AnswerLostError(f"GET {path}: the pages of the list do not end. Try again; if it stays, tell Weld.")


def _page(path: str, body: Any) -> tuple[list[dict[str, Any]], str | None]:
    """Return the items and the next cursor of a bare list, ``{data}`` or a paged envelope."""
    envelope = body if isinstance(body, dict) else {"data": body}
    items = envelope.get("data")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise AnswerLostError(f"GET {path}: the answer is not a list. Check weld:apiUrl (WELD_API_URL).")
    more = envelope.get("has_more", envelope.get("hasMore"))
    cursor = envelope.get("next_cursor", envelope.get("nextCursor"))
    if not more or not items:
        return items, None
    cursor = cursor or items[-1].get("id")
    if not cursor:
        raise AnswerLostError(f"GET {path}: there are more pages, but Weld does not say where. Try again.")
    return items, str(cursor)
