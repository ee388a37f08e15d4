"""What a change of streams means, by their names: the engine compares lists by index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..._text import first_few
from ..core.values import UNKNOWN, has_unknown
from ..source_stream.streams import ENTRY, WRITE_ONLY, by_name

__all__ = ["StreamChanges", "changes_of", "exposed_columns", "exposure", "first_lists"]


class StreamChanges(NamedTuple):
    """Streams that are added, removed and changed; the last with the names of the arguments that differ."""

    added: Sequence[str]
    removed: Sequence[str]
    changed: Mapping[str, Sequence[str]]

    def __str__(self) -> str:
        changed = [f"{name} ({', '.join(fields)})" for name, fields in self.changed.items()]
        parts = (("adds", self.added), ("removes", self.removed), ("changes", changed))
        return "; ".join(f"{verb} {first_few(names)}" for verb, names in parts if names)


def changes_of(before: Any, now: Any) -> StreamChanges:
    """Compare two lists of canonical entries; what is unknown as a whole has no changes that could be named."""
    if not isinstance(before, list) or not isinstance(now, list):
        return StreamChanges([], [], {})
    old, new = by_name(before), by_name(now)
    # A name, or a whole entry, that is unknown may be any of those that are missing.
    gone = [] if any(entry is UNKNOWN or has_unknown(entry.get("name")) for entry in now) else old.keys() - new.keys()
    both = [name for name, entry in new.items() if name in old and entry != old[name]]
    changed = {name: fields for name in both if (fields := ENTRY.changed(old[name], new[name]))}
    added = [name for name in new if name not in old and isinstance(name, str)]
    return StreamChanges(added, sorted(map(str, gone)), changed)


# Columns -----------------------------------------------------------------------------------------------------------


def exposed_columns(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the columns of a stream that were hashed or left out and will arrive in plain text."""
    if any(has_unknown(now.get(name)) for name in WRITE_ONLY):
        return []
    return sorted(_protected(before) - _protected(now))


def exposure(before: Any, now: Any) -> dict[str, list[str]]:
    """Return such columns by stream.

    Args:
        before: canonical entries of the last run. A stream that was gone from Weld is among them, as an exclusion.
        now: canonical entries of the program.
    """
    if not isinstance(before, list) or not isinstance(now, list):
        return {}
    old = {entry.get("name"): entry for entry in before if any(name in entry for name in WRITE_ONLY)}
    new = by_name(now) if old else {}
    return {name: found for name in old.keys() & new.keys() if (found := exposed_columns(old[name], new[name]))}


def first_lists(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the lists of columns that the program gives for the first time: they replace whatever Weld has."""
    return [name for name in WRITE_ONLY if now.get(name) and not before.get(name)]


def _protected(entry: Mapping[str, Any]) -> set[str]:
    return {column for name in WRITE_ONLY for column in entry.get(name) or ()}
