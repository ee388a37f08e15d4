"""Changes of inline streams by their names; the engine compares lists by index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..._text import first_few
from ...schema.streams import ENTRY, by_name
from ...schema.values import UNKNOWN, has_unknown

__all__ = ["StreamChanges", "changes_of"]


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
    both = [name for name in new if name in old]
    changed = {name: fields for name in both if (fields := ENTRY.changed(old[name], new[name]))}
    added = [name for name in new if name not in old and isinstance(name, str)]
    return StreamChanges(added, sorted(map(str, gone)), changed)
