"""``source_streams``: patterns and the streams that they stand for, and live streams as entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from ...api.lookup import or_none
from ...schema.attributes import Props
from ...schema.streams import ENTRY
from ...schema.values import has_unknown
from ...validation.patterns import is_pattern, resolve
from ...validation.problems import Problem
from ...validation.schema_names import same_schema
from ..core.context import ProviderContext
from ..core.pending_connections import is_pending
from ..core.read_cache import OfferedStream
from ..source_stream.streams import entry_of

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo

__all__ = [
    "available_streams",
    "entries_of",
    "has_open",
    "patterns_of",
    "resolved",
    "resolved_by_names",
    "resolved_streams",
    "single_entries",
    "without_kept",
]

#: Known to the program only. (A stream that exists is not excluded.)
_PROGRAM_ONLY = ENTRY.names(lambda attribute: attribute.program_only and attribute.name != "exclude")


def without_kept(problems: list[Problem], old: Any, given: Any) -> list[Problem]:
    """Drop problems of entries that ``ignore_changes`` has put back for streams that do not exist (`entries_of`)."""
    if not isinstance(old, list) or not isinstance(given, list) or not problems:
        return problems
    kept = [
        i
        for i, (was, now) in enumerate(zip(old, given, strict=False))
        if was == now and isinstance(was, dict) and "exclude" in was
    ]
    return [problem for problem in problems if not any(problem.path.startswith(f"source_streams[{i}].") for i in kept)]


def single_entries(given: Any) -> list[Props]:
    """Return ``source_streams`` in the order of the program; an entry that is wrong or listed twice is empty."""
    entries = [_entry_or_empty(item) for item in given] if isinstance(given, list) else []
    times = Counter(str(entry.get("name")) for entry in entries)
    return [{} if times[str(entry.get("name"))] > 1 else entry for entry in entries]


def _entry_or_empty(item: Any) -> Props:
    if isinstance(item, str):
        return {"name": item}
    return item if isinstance(item, dict) else {}


def _has_pattern(entries: list[Any]) -> bool:
    """Tell whether canonical entries contain a pattern, which stands for names that only Weld can list."""
    names = [entry.get("name") for entry in entries if isinstance(entry, dict)]
    return any(is_pattern(name) for name in names if isinstance(name, str))


def has_open(entries: Any) -> TypeGuard[list[Props]]:
    """Tell whether canonical entries contain a pattern or an exclusion."""
    if not isinstance(entries, list):
        return False
    return _has_pattern(entries) or any("exclude" in entry for entry in entries if isinstance(entry, dict))


def patterns_of(entries: Any) -> list[Props]:
    """Return the patterns and exclusions among canonical entries, without their other arguments."""
    if not isinstance(entries, list) or has_unknown(entries):
        return []
    kept = ("name", "exclude")
    return [{name: entry[name] for name in kept if name in entry} for entry in entries if has_open([entry])]


def entries_of(streams: Mapping[str, EltStreamInfo], declared: Any) -> list[Props]:
    """Describe live streams as inline entries, in the order of the program; others follow, by name.

    A stream that does not exist at Weld keeps its place as an exclusion, with all its arguments. So an index in
    ``ignore_changes`` still refers to the entry that it refers to in the program, with the columns to hash.
    """
    known = {entry["name"]: entry for entry in declared or ()}
    described = []
    for name in (*known, *sorted(streams.keys() - known)):
        entry = known.get(name)
        if name not in streams:
            described.append({**known[name], "exclude": True})
        else:
            kept = {key: value for key, value in (entry or {}).items() if key in _PROGRAM_ONLY}
            described.append({**entry_of(streams[name], entry), **kept})
    return described


def available_streams(context: ProviderContext, inputs: Props) -> dict[str, OfferedStream] | None:
    """Return the streams that this sync, or another one of its connection, can have; None: unknown."""
    connection_id = inputs.get("connection_id")
    if not isinstance(connection_id, str) or is_pending(connection_id):
        return None
    syncs = context.reads.syncs_of(connection_id)
    own = [s for s in syncs if same_schema(s.destination_schema_name or "", str(inputs.get("destination_schema_name")))]
    for sync in [*own, *syncs][:1]:
        return or_none(context.reads.available_streams, sync.id)
    return None


# Patterns ----------------------------------------------------------------------------------------------------------


def resolved_streams(context: ProviderContext, inputs: Props, olds: Mapping[str, Any], ask: bool) -> Any:
    """Return ``source_streams`` with its patterns resolved, as far as that is possible now.

    Where Weld cannot be asked, the names of the last run count as available, so that a preview without a key shows
    only real changes.
    """
    entries = inputs.get("source_streams")
    if not has_open(entries) or has_unknown(entries):
        return entries
    available = available_streams(context, inputs) if ask else None
    if available is None:
        return resolved_by_names(entries, olds.get("source_streams"))
    return _in_last_order(resolved(context, entries, available, inputs), entries, olds.get("source_streams"))


def _in_last_order(found: list[Props], entries: list[Props], before: Any) -> list[Props]:
    """Move newly matched streams to the end: the engine compares lists by index, so its diff is shorter."""
    first = next(index for index, entry in enumerate(entries) if has_open([entry]))
    known = {e.get("name"): n for n, e in enumerate(before) if isinstance(e, dict)} if isinstance(before, list) else {}
    return found[:first] + sorted(found[first:], key=lambda entry: known.get(entry["name"], len(known)))


def resolved(
    context: ProviderContext, entries: list[Props], available: Mapping[str, OfferedStream], inputs: Mapping[str, Any]
) -> list[Props]:
    """Resolve patterns against what is available; warn of each that matches nothing."""
    resolution = resolve(entries, available.values())
    unmatched = [("pattern", name) for name in resolution.unmatched]
    unmatched += [("exclusion", name) for name in resolution.unmatched_excludes]
    for what, name in unmatched:
        context.reporter.warn(
            f"source_streams of {inputs.get('destination_schema_name')!r}: the {what} {name!r} matches no stream."
        )
    return resolution.entries


def resolved_by_names(entries: Any, before: Any) -> Any:
    """Resolve patterns against the names of the last run; leave them unresolved where those are patterns themselves."""
    if not has_open(entries) or has_unknown(entries):
        return entries
    if not isinstance(before, list) or _has_pattern(before):
        return entries
    names = [OfferedStream(name=str(entry["name"]), is_selectable=True) for entry in before]
    return resolve(entries, names).entries
