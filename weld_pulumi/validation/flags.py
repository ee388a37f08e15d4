"""Check the arguments of one stream for contradictions."""

from __future__ import annotations

from collections.abc import Mapping

from .problems import Problem, at, is_plain, show

_FULL_SYNCS = ("full_sync_always", "full_sync_at_midnight")


def stream_problems(entry: Mapping[str, object], path: str = "") -> list[Problem]:
    """Return the contradictions within one stream.

    Args:
        entry: arguments of a SourceStream, or an entry of ``source_streams``.
        path: property path of the entry; '' for a SourceStream.
    """
    return [*_name(entry, path), *_full_syncs(entry, path), *_columns(entry, path), *_exclude(entry, path)]


def _name(entry: Mapping[str, object], path: str) -> list[Problem]:
    name = entry.get("name")
    if not isinstance(name, str) or name.strip():
        return []
    return [Problem(at(path, "name"), "is empty; write the name of a stream, `weld-pulumi streams SYNC_ID` lists them")]


def _full_syncs(entry: Mapping[str, object], path: str) -> list[Problem]:
    if entry.get("protected_from_full_sync") is not True:
        return []
    reason = "contradicts protected_from_full_sync, which prevents full syncs; set only one of the two to True"
    return [Problem(at(path, flag), reason) for flag in _FULL_SYNCS if entry.get(flag) is True]


def _columns(entry: Mapping[str, object], path: str) -> list[Problem]:
    if not entry.get("hashed_columns"):
        return []
    excluded = _strings(entry.get("excluded_columns"))
    both = [column for column in dict.fromkeys(_strings(entry.get("hashed_columns"))) if column in set(excluded)]
    reason = "column {} is also in excluded_columns, so there is nothing to hash; keep it in one of the two lists"
    return [Problem(at(path, "hashed_columns"), reason.format(show(column))) for column in both]


def _exclude(entry: Mapping[str, object], path: str) -> list[Problem]:
    if entry.get("exclude") is not True:
        return []
    reason = "has no effect with exclude=True, which removes the matching streams; remove one of the two"
    others = (name for name in entry if name not in ("name", "exclude"))
    return [Problem(at(path, name), reason) for name in others if is_plain(entry[name]) and entry[name]]


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
