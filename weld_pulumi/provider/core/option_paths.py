"""``ignore_changes`` and ``replace_on_changes`` that reach into a list: the engine goes by index, streams by name.

The engine keeps, or compares, what the last `up` stored at an index, whichever stream that was, and tells no provider
of it. So the program hands these options over, and where they would mean another stream than the one that stands there,
the preview says so: otherwise columns of one stream would be those of another, or a sync be replaced for an order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...schema.attributes import Schema
from ...schema.streams import ENTRY
from ...validation.patterns import is_pattern
from ...validation.problems import Problem, show

__all__ = ["IGNORE", "REPLACE", "option_problems"]

IGNORE, REPLACE = "ignore_changes", "replace_on_changes"
_STREAMS = "source_streams"
#: The index of an entry (none for all of them), and what of the entry is meant.
_IN_ENTRY = re.compile(r'(?:source_streams|\["source_streams"\])(?:\[(\d+)\]|\[\*\]|\["\*"\]|\.\*)(.*)')
_ONE_FIELD = re.compile(r'\.?(?:\["(\w+)"\]|(\w+))')
_IN_NAMES = re.compile(r"(excluded_columns|hashed_columns|excluded_substreams)\W*(?:\d|\*)")


class _Place(NamedTuple):
    """An entry that an option names: ``number`` None means every entry, ``field`` None all of the entry."""

    number: int | None
    field: str | None

    def within(self, length: int) -> Iterable[int]:
        every = range(length)
        return every if self.number is None else every[self.number : self.number + 1]


def option_problems(
    table: Schema, options: Any, given: Mapping[str, Any], olds: Mapping[str, Any], inputs: Mapping[str, Any]
) -> list[Problem]:
    """Return problems with options that reach into lists.

    Args:
        table: of the resource.
        options: as the program hands them over: paths by the name of the option, and ``names``: those of its
            ``source_streams``. None: there are none.
        given: arguments as the engine hands them over, with what it ignores put back.
        olds: inputs of the last run; empty for a new resource.
        inputs: canonical inputs.
    """
    if not isinstance(options, dict):
        return []
    problems = []
    for name in (IGNORE, REPLACE):
        for path in options.get(name, ()):
            option = f"{name}={[path]!r}"
            found = list(_moved(option, path, options.get("names"), given, olds)) or list(_twice(option, path, given))
            if not found and name == REPLACE and olds and table.changed(olds, inputs):
                found = list(_reordered(table, option, path, olds, inputs))
            problems += found[:1]
    return problems


def _place(path: str) -> _Place | None:
    found = _IN_ENTRY.match(path)
    if found is None:
        return None
    field = _ONE_FIELD.match(found[2])
    return _Place(int(found[1]) if found[1] else None, (field[1] or field[2]) if field else None)


def _moved(option: str, path: str, names: Any, given: Mapping[str, Any], olds: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse an index that names no certain stream, or another one than in the last run."""
    place, entries, before = _place(path), given.get(_STREAMS), olds.get(_STREAMS)
    if place is None or not isinstance(entries, list):
        return
    now = names if isinstance(names, list) else [_name(entry) for entry in entries]
    first = next((i for i, name in enumerate(now) if _is_open(name, entries[i : i + 1])), None)
    if first is not None and (place.number is None or place.number >= first):
        reason = (
            f"{option} goes by index, but from {_STREAMS}[{first}] ({show(now[first])}) on no index stands for a "
            "certain stream; give the stream an entry with its plain name before that one, and write the index of it"
        )
        yield Problem(_STREAMS, reason)
        return
    for index in place.within(min(len(now), len(before) if isinstance(before, list) else 0)):
        was = _name(before[index]) if isinstance(before, list) else None
        if isinstance(was, str) and isinstance(now[index], str) and was != now[index]:
            reason = (
                f"is {show(now[index])}, and was {show(was)} in the last `pulumi up`, so {option} would mix the two "
                "up; keep the order and add new streams at the end, or leave the option out for one `pulumi up`"
            )
            yield Problem(f"{_STREAMS}[{index}]", reason)


def _twice(option: str, path: str, given: Mapping[str, Any]) -> Iterator[Problem]:
    """Refuse a name that the engine has put in the place of another, of which nothing is left then."""
    inside = _IN_NAMES.search(path)
    if inside is None:
        return
    place, entries = _place(path), given.get(_STREAMS)
    holders: list[tuple[str, Any]] = [("", given)]
    if place is not None:
        listed = entries if isinstance(entries, list) else []
        holders = [(f"{_STREAMS}[{index}].", listed[index]) for index in place.within(len(listed))]
    for at, holder in holders:
        held = holder.get(inside[1]) if isinstance(holder, dict) else None
        if not isinstance(held, list):
            continue
        for name in held:
            if isinstance(name, str) and held.count(name) > 1:
                reason = (
                    f"holds {show(name)} twice: its order is not that of the last `pulumi up`, or {option} put the "
                    f"name there; let the option name {inside[1]} as a whole"
                )
                yield Problem(at + inside[1], reason)


def _reordered(
    table: Schema, option: str, path: str, olds: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Iterator[Problem]:
    """Refuse what the engine would take for a change, and replace the resource, though only an order is new."""
    place = _place(path)
    if place is None:
        found = _ONE_FIELD.match(path)
        compared = [("", table, (found[1] or found[2]) if found else None, olds, inputs)]
    else:
        before, now = olds.get(_STREAMS), inputs.get(_STREAMS)
        both = list(zip(before, now, strict=False)) if isinstance(before, list) and isinstance(now, list) else []
        compared = [(f"{_STREAMS}[{i}].", ENTRY, place.field, *both[i]) for i in place.within(len(both))]
    for at, fields, only, old, new in compared:
        for name in _in_another_order(fields, old, new):
            if only in (None, name):
                reason = (
                    f"has another order than in the last `pulumi up`; with {option} that would replace the resource, "
                    "because other arguments change too. Run `pulumi up` once without the other changes"
                )
                yield Problem(at + name, reason)


def _in_another_order(table: Schema, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    told = [
        field for field in table if isinstance(old.get(field.name), list) and old[field.name] != new.get(field.name)
    ]
    return [field.name for field in told if not field.differs(old[field.name], field.value(new))]


def _name(entry: Any) -> Any:
    return entry.get("name") if isinstance(entry, dict) else None


def _is_open(name: Any, entry: list[Any]) -> bool:
    excludes = bool(entry) and isinstance(entry[0], dict) and entry[0].get("exclude") is True
    return excludes or (isinstance(name, str) and is_pattern(name))
