"""``ignore_changes`` and ``replace_on_changes`` with paths into a list: the engine goes by index, streams by name.

The engine keeps, or compares, what the last `up` stored at an index, whichever stream that was, and does not notify the
provider. The program therefore passes these options on, and check rejects a path that would apply to another stream
than the one in the program: otherwise one stream would get the columns of another, or a sync would be replaced because
of an order.
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
#: The index of an entry (none: every entry), and the path inside it.
_IN_ENTRY = re.compile(r'(?:source_streams|\["source_streams"\])(?:\[(\d+)\]|\[\*\]|\["\*"\]|\.\*)(.*)')
_FIELD = re.compile(r'\.?(?:\["(\w+)"\]|(\w+))')
_NAME_IN_LIST = re.compile(r"(excluded_columns|hashed_columns|excluded_substreams)\W*(?:\d|\*)")


class _Place(NamedTuple):
    """The entry to which a path leads: ``position`` None is every entry, ``field`` None the whole entry."""

    position: int | None
    field: str | None

    def within(self, length: int) -> Iterable[int]:
        every = range(length)
        return every if self.position is None else every[self.position : self.position + 1]


def option_problems(
    schema: Schema, options: Any, given: Mapping[str, Any], olds: Mapping[str, Any], inputs: Mapping[str, Any]
) -> list[Problem]:
    """Return the problems of options with paths into lists.

    Args:
        schema: of the resource.
        options: as the program passes them: the paths of each option, and ``names``: those of its ``source_streams``.
            None: there are none.
        given: arguments as the engine passes them, in which ``ignore_changes`` has restored old values.
        olds: inputs of the last run; empty for a new resource.
        inputs: canonical inputs.
    """
    if not isinstance(options, dict):
        return []
    problems = []
    for name in (IGNORE, REPLACE):
        for path in options.get(name, ()):
            option = f"{name}={[path]!r}"
            found = list(_index_problems(option, path, options.get("names"), given, olds)) or list(
                _duplicate_names(option, path, given)
            )
            if not found and name == REPLACE and olds and schema.changed(olds, inputs):
                found = list(_order_problems(schema, option, path, olds, inputs))
            problems += found[:1]
    return problems


def _place(path: str) -> _Place | None:
    found = _IN_ENTRY.match(path)
    if found is None:
        return None
    field = _FIELD.match(found[2])
    return _Place(int(found[1]) if found[1] else None, (field[1] or field[2]) if field else None)


def _index_problems(
    option: str, path: str, names: Any, given: Mapping[str, Any], olds: Mapping[str, Any]
) -> Iterator[Problem]:
    """Reject an index that refers to no particular stream, or to another one than in the last run."""
    place, entries, before = _place(path), given.get(_STREAMS), olds.get(_STREAMS)
    if place is None or not isinstance(entries, list):
        return
    now = names if isinstance(names, list) else [_name(entry) for entry in entries]
    first = next((i for i, name in enumerate(now) if _is_pattern_or_exclusion(name, entries[i : i + 1])), None)
    if first is not None and (place.position is None or place.position >= first):
        reason = (
            f"{option} goes by index, but from {_STREAMS}[{first}] ({show(now[first])}) on an index refers to no "
            "particular stream; add an entry with the stream's plain name before that one, and use its index"
        )
        yield Problem(_STREAMS, reason)
        return
    for index in place.within(min(len(now), len(before) if isinstance(before, list) else 0)):
        was = _name(before[index]) if isinstance(before, list) else None
        if isinstance(was, str) and isinstance(now[index], str) and was != now[index]:
            reason = (
                f"is {show(now[index])}, but was {show(was)} in the last `pulumi up`, so {option} would confuse the "
                "two; keep the order and add new streams at the end, or leave the option out for one `pulumi up`"
            )
            yield Problem(f"{_STREAMS}[{index}]", reason)


def _duplicate_names(option: str, path: str, given: Mapping[str, Any]) -> Iterator[Problem]:
    """Reject a name that the engine has put in place of another one, which is lost then."""
    inside = _NAME_IN_LIST.search(path)
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
                    f"contains {show(name)} twice: its order differs from that in the last `pulumi up`, or {option} "
                    f"put the name there; write the path of {inside[1]} as a whole in the option"
                )
                yield Problem(at + inside[1], reason)


def _order_problems(
    schema: Schema, option: str, path: str, olds: Mapping[str, Any], inputs: Mapping[str, Any]
) -> Iterator[Problem]:
    """Reject a path at which only an order has changed: the engine would replace the resource because of it."""
    place = _place(path)
    if place is None:
        found = _FIELD.match(path)
        compared = [("", schema, (found[1] or found[2]) if found else None, olds, inputs)]
    else:
        before, now = olds.get(_STREAMS), inputs.get(_STREAMS)
        both = list(zip(before, now, strict=False)) if isinstance(before, list) and isinstance(now, list) else []
        compared = [(f"{_STREAMS}[{i}].", ENTRY, place.field, *both[i]) for i in place.within(len(both))]
    for at, fields, only, old, new in compared:
        for name in _in_another_order(fields, old, new):
            if only in (None, name):
                reason = (
                    f"has another order than in the last `pulumi up`; together with the other changes, {option} would "
                    "replace the resource because of it. Run `pulumi up` once without the other changes"
                )
                yield Problem(at + name, reason)


def _in_another_order(schema: Schema, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    rewritten = [a for a in schema if isinstance(old.get(a.name), list) and old[a.name] != new.get(a.name)]
    return [a.name for a in rewritten if not a.differs(old[a.name], a.value(new))]


def _name(entry: Any) -> Any:
    return entry.get("name") if isinstance(entry, dict) else None


def _is_pattern_or_exclusion(name: Any, entry: list[Any]) -> bool:
    excludes = bool(entry) and isinstance(entry[0], dict) and entry[0].get("exclude") is True
    return excludes or (isinstance(name, str) and is_pattern(name))
