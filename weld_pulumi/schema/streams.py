"""The schemas of SourceStream and of the entries of ``source_streams``, which share most of their arguments."""

from __future__ import annotations

from typing import Any

from ..validation.flags import stream_problems
from ..validation.problems import Problem
from ..validation.streams import duplicate_problems
from .attributes import Attribute, Change, Output, Props, Schema
from .values import FLAG, ID, NAMES, TEXT, TRIGGERS, UNKNOWN, ValueType, parser, rules, same_names

__all__ = ["ENTRY", "SOURCE_STREAM", "STREAM_LIST", "by_name", "run_triggers", "same_entries"]


def _pointer(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("is not a text; write the id of the column, for example 'updated_at'")
    return value or None


_WRITE_ONLY = "Write-only in Weld's API, so drift is not detected."

#: What a stream has at Weld.
_STREAM = (
    Attribute(
        "incremental_pointer_id",
        ValueType("str", "string", "str", "str", parser(_pointer)),
        Change.UPDATE,
        "column by which Weld finds new and changed rows; not managed when omitted.",
        sent=True,
    ),
    Attribute(
        "excluded_columns",
        NAMES,
        Change.UPDATE,
        f"columns that are not copied. {_WRITE_ONLY}",
        default=[],
        equivalent=same_names,
        sent=True,
        write_only=True,
    ),
    Attribute(
        "hashed_columns",
        NAMES,
        Change.UPDATE,
        f"columns that are copied as a hash. {_WRITE_ONLY}",
        default=[],
        equivalent=same_names,
        sent=True,
        write_only=True,
    ),
    Attribute("full_sync_always", FLAG, Change.UPDATE, "copy everything in every run.", default=False, sent=True),
    Attribute("full_sync_at_midnight", FLAG, Change.UPDATE, "copy everything once a night.", default=False, sent=True),
    Attribute("protected_from_full_sync", FLAG, Change.UPDATE, "never copy everything.", default=False, sent=True),
    Attribute(
        "excluded_substreams",
        NAMES,
        Change.UPDATE,
        "substreams that are not copied.",
        default=[],
        equivalent=same_names,
        sent=True,
    ),
    Attribute(
        "enabled_history_table",
        FLAG,
        Change.UPDATE,
        "keep a history table `<table>__history`.",
        default=False,
        sent=True,
    ),
)


def run_triggers(streams: str) -> tuple[Attribute, Attribute]:
    """Return the two arguments whose change requests runs of ``streams``."""
    run = f"list or dict; any change requests one run of {streams}."
    refresh = f"list or dict; any change requests a full refresh of {streams}."
    return (
        Attribute("run_triggers", TRIGGERS, Change.ACTION, run, sensitive=True),
        Attribute("full_refresh_triggers", TRIGGERS, Change.ACTION, refresh, sensitive=True),
    )


_TRIGGERED = (
    *run_triggers("this stream"),
    Attribute(
        "reset_history_table",
        FLAG,
        Change.LOCAL,
        "a full refresh requested by a trigger also discards the history permanently.",
        default=False,
    ),
)

SOURCE_STREAM = Schema(
    "SourceStream",
    "stream",
    Attribute("elt_sync_id", ID, Change.REPLACE, "Weld's id of the sync.", required=True, identifies=True),
    Attribute(
        "name",
        TEXT,
        Change.REPLACE,
        "name of the stream in the source; default: the resource name.",
        required=True,
        from_name=True,
        identifies=True,
    ),
    *_STREAM,
    Attribute(
        "adopt",
        FLAG,
        Change.LOCAL,
        "take over an existing stream of that name whose arguments differ. (One whose arguments are the same is taken "
        "over without it.)",
        default=False,
    ),
    *_TRIGGERED,
    outputs=(
        Output("incremental_primary_key_name", "list[str]", "columns of the primary key, as Weld found them."),
        Output("created_at", "str | None", "ISO 8601 time."),
    ),
    sparse=True,
)

#: An entry of ``source_streams``.
ENTRY = Schema(
    "SourceStreamArgs",
    "stream",
    Attribute(
        "name",
        TEXT,
        Change.REPLACE,
        "name of the stream in the source, or a pattern (`*`, `order_*`, `[ab]*`) that stands for every selectable "
        "stream that matches.",
        required=True,
    ),
    *_STREAM,
    *_TRIGGERED,
    Attribute(
        "exclude",
        FLAG,
        Change.LOCAL,
        "remove the streams that `name` matches from what other patterns match.",
        default=False,
    ),
    sparse=True,
)


def _entries(value: Any, path: str) -> tuple[Any, list[Problem]]:
    """Read ``source_streams``, keeping the order of the program: options of the engine refer to entries by index."""
    if value is UNKNOWN:
        return value, []
    if not isinstance(value, (list, tuple)):
        return [], [Problem(path, "is not a list; write a list of names or dicts, for example ['charges']")]
    entries: list[Any] = []
    problems: list[Problem] = []
    for index, item in enumerate(value):
        entry, found = _entry(item, f"{path}[{index}]")
        entries.append(entry)
        problems += found
    named = [entry if isinstance(entry, dict) else {} for entry in entries]
    problems += rules(duplicate_problems(named, path))
    return entries, problems


def _entry(item: Any, path: str) -> tuple[Any, list[Problem]]:
    if item is UNKNOWN:
        return item, []
    if isinstance(item, str):
        name, problems = ENTRY["name"].type.parse(item, path)
        return {"name": name}, problems
    if not isinstance(item, dict):
        return {}, [Problem(path, "is neither a name nor a dict; write 'charges' or {'name': 'charges', …}")]
    entry, problems = ENTRY.canonical(item, f"{path}.")
    wrong = {problem.path for problem in problems}
    return entry, problems + [p for p in rules(stream_problems(entry, path)) if p.path not in wrong]


def same_entries(old: Any, new: Any) -> bool:
    """Compare two canonical lists of entries by name, and the lists in them as sets."""
    if not isinstance(old, list) or not isinstance(new, list):
        return False
    before, now = by_name(old), by_name(new)
    return before.keys() == now.keys() and not any(ENTRY.changed(before[name], entry) for name, entry in now.items())


def by_name(entries: Any) -> dict[Any, Props]:
    """Return the entries that are not exclusions by name; empty where ``source_streams`` is omitted."""
    return {e.get("name"): e for e in entries or () if isinstance(e, dict) and not e.get("exclude")}


STREAM_LIST = ValueType("list", "array", "Sequence[Stream]", "list[dict[str, Any]]", _entries)
