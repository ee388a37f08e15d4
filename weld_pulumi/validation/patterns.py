"""Replace patterns in ``source_streams`` by the streams that match."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import translate
from typing import Any, NamedTuple, Protocol

_WILD = "*?["


class AvailableLike(Protocol):
    """A stream that the source offers; `is_selectable` is None if Weld does not report it."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def is_selectable(self) -> bool | None: ...  # noqa: D102
    @property
    def retired(self) -> bool: ...  # noqa: D102


class Resolution(NamedTuple):
    """The entries without patterns.

    Attributes:
        entries: one plain entry for each stream, in the order of the program. A pattern is replaced by the streams that
            take their flags from it, sorted by name, so entries before the first pattern or exclusion keep their index.
        unmatched: patterns that match no selectable stream.
        unmatched_excludes: names or patterns of exclude entries that match no stream at all.
    """

    entries: list[dict[str, Any]]
    unmatched: list[str]
    unmatched_excludes: list[str]


def is_pattern(name: str) -> bool:
    """Return whether a name contains ``*``, ``?`` or ``[``; a stream with exactly this name wins over the pattern."""
    return any(sign in name for sign in _WILD)


def resolve(entries: Sequence[Mapping[str, Any]], available: Iterable[AvailableLike]) -> Resolution:
    """Replace patterns by the streams that match.

    A plain name wins over every pattern, of several patterns the last wins, and an exclude entry removes matches of
    patterns wherever it is in the list.
    """
    offered = list(available)
    names = {stream.name for stream in offered}
    usable = {stream.name for stream in offered if stream.is_selectable is not False and not stream.retired}
    plain, patterns, excludes = _by_kind(entries, names)
    matched: dict[str, Mapping[str, Any]] = {}
    unmatched = _match(patterns, usable, matched)
    excluded: dict[str, Mapping[str, Any]] = {}
    unmatched_excludes = _match(excludes, names, excluded)
    chosen = {name: entry for name, entry in matched.items() if name not in excluded} | plain
    names_by_entry = defaultdict[int, list[str]](list)
    for name in sorted(chosen):
        names_by_entry[id(chosen[name])].append(name)
    resolved: list[dict[str, Any]] = []
    for entry in entries:
        if isinstance(entry.get("name"), str):
            resolved += [_plain_entry(entry, name) for name in names_by_entry.get(id(entry), ())]
        else:
            resolved.append(dict(entry))  # its name is unknown
    return Resolution(resolved, unmatched, unmatched_excludes)


_Entries = list[Mapping[str, Any]]


def _by_kind(
    entries: Sequence[Mapping[str, Any]], names: set[str]
) -> tuple[dict[str, Mapping[str, Any]], _Entries, _Entries]:
    plain: dict[str, Mapping[str, Any]] = {}
    patterns: _Entries = []
    excludes: _Entries = []
    for entry in entries:
        name = entry.get("name")
        if not isinstance(name, str):
            continue
        if entry.get("exclude") is True:
            excludes.append(entry)
        elif is_pattern(name) and name not in names:
            patterns.append(entry)
        else:
            plain[name] = entry
    return plain, patterns, excludes


def _match(entries: _Entries, names: set[str], into: dict[str, Mapping[str, Any]]) -> list[str]:
    """Map each name to the last entry that matches it; return the patterns that match nothing."""
    unmatched = []
    for entry in entries:
        pattern = entry["name"]
        fits = re.compile(translate(pattern)).match  # like fnmatchcase, but compiled once
        found = [pattern] if pattern in names else [name for name in names if fits(name)]
        into.update(dict.fromkeys(found, entry))
        if not found:
            unmatched.append(pattern)
    return unmatched


def _plain_entry(entry: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "exclude"} | {"name": name}
