"""Columns that a change exposes: excluded or hashed until now, and copied in plain text from the next run on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._text import first_few
from ...schema.streams import ENTRY, by_name
from ...schema.values import has_unknown
from ..core.reporter import Reporter

__all__ = ["WRITE_ONLY", "exposed_columns", "exposure", "warn_of_exposure", "warn_of_first_lists"]

#: The lists of columns, which Weld does not return.
WRITE_ONLY = ENTRY.names(lambda attribute: attribute.write_only)


def exposed_columns(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the columns of a stream that were protected in ``before`` and are not in ``now``."""
    if any(has_unknown(now.get(name)) for name in WRITE_ONLY):
        return []
    return sorted(_protected(before) - _protected(now))


def exposure(before: Any, now: Any) -> dict[str, list[str]]:
    """Return the exposed columns by stream.

    Args:
        before: canonical entries of the last run; a stream that did not exist at Weld is among them as an exclusion.
        now: canonical entries of the program.
    """
    if not isinstance(before, list) or not isinstance(now, list):
        return {}
    old, new = {entry.get("name"): entry for entry in before}, by_name(now)
    return {name: found for name in old.keys() & new.keys() if (found := exposed_columns(old[name], new[name]))}


def _protected(entry: Mapping[str, Any]) -> set[str]:
    return {column for name in WRITE_ONLY for column in entry.get(name) or ()}


def warn_of_exposure(reporter: Reporter, owner: str, columns: Mapping[str, list[str]]) -> None:
    """Warn of columns that will arrive in plain text."""
    if columns:
        exposed = first_few(f"{name} ({', '.join(columns[name])})" for name in sorted(columns))
        reporter.warn(
            f"{owner}: columns arrive in plain text from the next run on, since neither hashed_columns nor "
            f"excluded_columns names them any more: {exposed}"
        )


def warn_of_first_lists(
    reporter: Reporter, owner: str, before: Mapping[Any, Mapping[str, Any]], now: Mapping[Any, Mapping[str, Any]]
) -> None:
    """Warn that a list of columns given for the first time replaces one that only Weld has."""
    replacing = []
    for stream in sorted(before.keys() & now.keys()):
        first = [name for name in WRITE_ONLY if now[stream].get(name) and not before[stream].get(name)]
        if first:
            replacing.append(f"{stream} ({', '.join(f'{name}={now[stream][name]!r}' for name in first)})")
    if replacing:
        reporter.warn(
            f"{owner}: Weld does not report which columns of a stream it hashes or excludes. What is set there is "
            f"replaced, and a column that is not in the new list arrives in plain text: {first_few(replacing)}"
        )
