"""Streams of a sync, the same for separate SourceStream resources and for inline entries.

A stream in its canonical form is a small dict that leaves out what equals the default. Weld's upsert may either keep
or reset a field that is left out, so what is sent is complete. It never tells the two lists of columns, so those are
kept as the program said them last; a list that the program never said is not sent, since somebody else may have set it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from ..._text import first_few, sentence
from ...errors import WeldApiError, WeldError, WeldValidationError
from ...validation.flags import stream_problems
from ...validation.patterns import is_pattern
from ...validation.problems import Problem
from ...validation.streams import duplicate_problems, unknown_stream_problems
from ..core.context import ProviderContext
from ..core.schema import Attribute, Change, Props, Schema
from ..core.values import UNKNOWN, flag, in_order_of, kind, names, rules, same_names, text
from .triggers import RESET, TRIGGER_FIELDS

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo

__all__ = [
    "ENTRY",
    "SENT",
    "STREAM_FIELDS",
    "WRITE_ONLY",
    "body_of",
    "by_name",
    "canonical_entries",
    "differs_from",
    "entries_of",
    "entry_of",
    "find_streams",
    "has_open",
    "has_pattern",
    "inline_conflict",
    "merged_for_adoption",
    "require_not_inline",
    "same_entries",
    "sent_part",
    "single_entries",
    "upsert",
    "without_kept",
]


def _pointer(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("is not a text; write the id of the column, for example 'updated_at'")
    return value or None


#: Not managed when it is left out, unlike all others.
_POINTER = "incremental_pointer_id"
STREAM_FIELDS = (
    Attribute(_POINTER, kind(_pointer), Change.UPDATE),
    Attribute("excluded_columns", names, Change.UPDATE, default=[], same=same_names, write_only=True),
    Attribute("hashed_columns", names, Change.UPDATE, default=[], same=same_names, write_only=True),
    Attribute("full_sync_always", flag, Change.UPDATE, default=False),
    Attribute("full_sync_at_midnight", flag, Change.UPDATE, default=False),
    Attribute("protected_from_full_sync", flag, Change.UPDATE, default=False),
    Attribute("excluded_substreams", names, Change.UPDATE, default=[], same=same_names),
    Attribute("enabled_history_table", flag, Change.UPDATE, default=False),
)
#: An entry of ``source_streams``.
ENTRY = Schema(
    Attribute("name", text, Change.REPLACE, required=True),
    *STREAM_FIELDS,
    *TRIGGER_FIELDS,
    RESET,
    Attribute("exclude", flag, Change.LOCAL, default=False),
    sparse=True,
)
#: What only the program says of a stream.
_OURS = tuple(field.name for field in (*TRIGGER_FIELDS, RESET))
#: What of a stream goes to Weld, beside its name.
SENT = frozenset(field.name for field in STREAM_FIELDS)
_DEFAULTS = {field.name: field.default for field in STREAM_FIELDS if field.default is not None}
WRITE_ONLY = [field.name for field in STREAM_FIELDS if field.write_only]
_READABLE = [field for field in STREAM_FIELDS if not field.write_only and field.default is not None]
#: Seconds between looks for a stream that Weld took but does not list yet.
_LOOKS = (0.0, 0.5, 1.0, 2.0, 4.0)


def entry_of(live: EltStreamInfo, declared: Mapping[str, Any] | None) -> Props:
    """Describe a live stream in canonical form.

    Args:
        live: as Weld tells it.
        declared: what the program said last: it answers for columns, for a pointer that is not reported, for the order
            of lists, and whether the pointer is managed.
    """
    entry: Props = {"name": live.name}
    said = declared or {}
    for field in STREAM_FIELDS:
        told = getattr(live, field.name)
        if told is None:  # write-only, or optional in Weld's answer: unknown, not none
            told = said.get(field.name)
        if field.default is None and declared is not None and not said.get(field.name):
            continue
        value = in_order_of(said.get(field.name) or (), told) if isinstance(told, list) else told
        if value and value != field.default:
            entry[field.name] = value
    return entry


def sent_part(entry: Mapping[str, Any]) -> Props:
    """Return what of a canonical entry goes to Weld: all but its name and its triggers."""
    return {name: value for name, value in entry.items() if name in SENT}


def body_of(
    entry: Mapping[str, Any], live: EltStreamInfo | None = None, before: Mapping[str, Any] | None = None
) -> Props:
    """Return the item of an upsert.

    Args:
        entry: the stream as the program wants it.
        live: as it is at Weld, to keep a pointer that the program does not manage.
        before: as the program wanted it last; None for a stream that is new to it. What was taken out of the program
            since is cleared, be it a pointer or a list of columns.
    """
    body = {"name": entry["name"], **_DEFAULTS, **sent_part(entry)}
    if before is not None:
        for name in WRITE_ONLY:
            if not body[name] and not before.get(name):
                del body[name]
    if _POINTER not in body:
        kept = live.incremental_pointer_id if live is not None else None
        pointer = "" if before and before.get(_POINTER) else kept
        if pointer is not None:
            body[_POINTER] = pointer
    return body


def differs_from(live: EltStreamInfo, entry: Mapping[str, Any]) -> list[str]:
    """Return the flags and lists in which a live stream differs from a wished one, as far as Weld tells them."""
    told = entry_of(live, entry)
    pointer = [f for f in STREAM_FIELDS if f.default is None and entry.get(f.name)]
    return [f.name for f in [*_READABLE, *pointer] if f.differs(f.value(told), f.value(entry))]


def merged_for_adoption(live: EltStreamInfo, entry: Mapping[str, Any]) -> Props | None:
    """Return what to send so that a stream gets what the program says beyond the defaults, and loses nothing.

    None where there is nothing to send.
    """
    said = sent_part(entry)
    columns = any(field.write_only and said.get(field.name) for field in STREAM_FIELDS)
    wanted = {**entry_of(live, None), **said}
    if not columns and not any(ENTRY[name].differs(getattr(live, name), value) for name, value in said.items()):
        return None
    return body_of(wanted, live, before={})


def find_streams(context: ProviderContext, sync_id: str, wanted: Iterable[str]) -> dict[str, EltStreamInfo]:
    """Find streams that were just sent; Weld's lists may show them only after a moment.

    Raises:
        WeldError: Weld took them, but does not have them.
    """
    missing = set(wanted)
    for pause in _LOOKS:
        context.clock.sleep(pause)
        context.forget(f"streams/{sync_id}", f"sync/{sync_id}")
        found = context.streams_of(sync_id)
        missing = {name for name in missing if name not in found}
        if not missing:
            return found
    raise WeldError(
        f"Weld took the stream {sorted(missing)[0]!r} of sync {sync_id}, but does not list it. Check the name against "
        f"`weld-pulumi streams {sync_id}`."
    )


def upsert(context: ProviderContext, sync_id: str, bodies: Sequence[Props]) -> dict[str, EltStreamInfo]:
    """Send streams and return them by name, as Weld has them now."""
    if not bodies:
        return {}
    sent = [body["name"] for body in bodies]
    try:
        answered = {stream.name: stream for stream in context.client.upsert_streams(sync_id, bodies)}
    except WeldApiError as error:
        if error.is_invalid:
            _explain(context, sync_id, bodies, error)
        raise
    if not all(name in answered for name in sent):
        answered = {**find_streams(context, sync_id, sent), **answered}
    context.note_known_streams(sync_id, answered.values())
    return {name: answered[name] for name in sent}


def _explain(context: ProviderContext, sync_id: str, bodies: Sequence[Props], error: WeldApiError) -> None:
    """Say which names Weld cannot have meant well, if its streams can be read: its own words may be none at all."""
    try:
        problems = unknown_stream_problems(bodies, context.available_streams(sync_id))
    except WeldError:
        return
    if problems:
        error.next_step = " ".join(sentence(problem.reason) for problem in problems[:5])


def canonical_entries(value: Any, path: str) -> tuple[Any, list[Problem]]:
    """Read ``source_streams``, in the order of the program: an index in an option of the engine means that one."""
    if value is UNKNOWN:
        return value, []
    if not isinstance(value, (list, tuple)):
        return [], [Problem(path, "is not a list; write a list of names or dicts, for example ['charges']")]
    entries: list[Any] = []
    problems: list[Problem] = []
    for index, item in enumerate(value):
        entry, found = _canonical_entry(item, f"{path}[{index}]")
        entries.append(entry)
        problems += found
    named = [entry if isinstance(entry, dict) else {} for entry in entries]
    problems += rules(duplicate_problems(named, path))
    return entries, problems


def _canonical_entry(item: Any, path: str) -> tuple[Any, list[Problem]]:
    if item is UNKNOWN:
        return item, []
    if isinstance(item, str):
        name, problems = ENTRY["name"].kind(item, path)
        return {"name": name}, problems
    if not isinstance(item, dict):
        return {}, [Problem(path, "is neither a name nor a dict; write 'charges' or {'name': 'charges', …}")]
    if len(item) == 1 and item.get("name") is not None:
        name, problems = ENTRY["name"].kind(item["name"], f"{path}.name")
        return {"name": name}, problems  # a name alone, as thousands are, contradicts nothing
    entry, problems = ENTRY.canonical(item, f"{path}.")
    told = {problem.path for problem in problems}
    return entry, problems + [p for p in rules(stream_problems(entry, path)) if p.path not in told]


def without_kept(problems: list[Problem], old: Any, given: Any) -> list[Problem]:
    """Leave out problems of an entry that ``ignore_changes`` has put back: of a stream that is gone (`entries_of`)."""
    if not isinstance(old, list) or not isinstance(given, list) or not problems:
        return problems
    kept = [
        i
        for i, (was, now) in enumerate(zip(old, given, strict=False))
        if was == now and isinstance(was, dict) and "exclude" in was
    ]
    return [problem for problem in problems if not any(problem.path.startswith(f"source_streams[{i}].") for i in kept)]


def single_entries(given: Any) -> list[Props]:
    """Return ``source_streams`` in the order of the program; what is no entry or listed twice is left empty."""
    entries = [_entry_or_empty(item) for item in given] if isinstance(given, list) else []
    times = Counter(str(entry.get("name")) for entry in entries)
    return [{} if times[str(entry.get("name"))] > 1 else entry for entry in entries]


def _entry_or_empty(item: Any) -> Props:
    if isinstance(item, str):
        return {"name": item}
    return item if isinstance(item, dict) else {}


def has_pattern(entries: list[Any]) -> bool:
    """Tell whether canonical entries hold a pattern, which stands for names that only Weld knows."""
    names = [entry.get("name") for entry in entries if isinstance(entry, dict)]
    return is_pattern("".join(name for name in names if isinstance(name, str)))  # there can be thousands


def has_open(entries: Any) -> TypeGuard[list[Props]]:
    """Tell whether canonical entries hold a pattern or an exclusion."""
    if not isinstance(entries, list):
        return False
    return has_pattern(entries) or any("exclude" in entry for entry in entries if isinstance(entry, dict))


def same_entries(old: Any, new: Any) -> bool:
    """Compare two canonical lists of entries by name, and the lists in them as sets."""
    if not isinstance(old, list) or not isinstance(new, list):
        return False
    before, now = by_name(old), by_name(new)
    return before.keys() == now.keys() and not any(
        entry != before[name] and ENTRY.changed(before[name], entry) for name, entry in now.items()
    )


def by_name(entries: Any) -> dict[Any, Props]:
    """Return the entries that stand for streams by name; none where ``source_streams`` is left out."""
    return {e.get("name"): e for e in entries or () if isinstance(e, dict) and not e.get("exclude")}


def entries_of(streams: Mapping[str, EltStreamInfo], declared: Any) -> list[Props]:
    """Describe live streams as inline entries, in the order of the program; those beyond it come after, by name.

    A stream that is gone keeps its place as an exclusion, with all that the program says of it. So an index in
    ``ignore_changes`` goes on to mean what it means in the program, and finds the columns to hash.
    """
    said = {entry["name"]: entry for entry in declared or ()}
    described = []
    for name in (*said, *sorted(streams.keys() - said)):
        entry = said.get(name)
        if name not in streams:
            described.append({**said[name], "exclude": True})
        elif entry is None or len(entry) == 1:
            described.append(entry_of(streams[name], entry))
        else:
            ours = {key: entry[key] for key in _OURS if key in entry}
            described.append({**entry_of(streams[name], entry), **ours})
    return described


def require_not_inline(context: ProviderContext, sync_id: str, name: str) -> None:
    """Refuse a separate stream for a sync whose EltSync lists its streams inline.

    Raises:
        WeldValidationError: the two would undo each other.
    """
    reason = inline_conflict(context, sync_id, name)
    if reason:
        raise WeldValidationError(f"stream {name!r}: {reason}")


def inline_conflict(context: ProviderContext, sync_id: str, name: str) -> str | None:
    """Say why a separate stream cannot be beside inline ones, or None."""
    intent = context.sync_plans.get(sync_id)
    if intent is None or intent.inline is None:
        return None
    listed = sorted(intent.inline)
    shown = first_few(listed, 5, repr)
    return (
        f"the EltSync {sync_id} lists its streams inline ({shown or 'none'}), so the SourceStream {name!r} beside it "
        f"would be removed by it; add {{'name': {name!r}}} to its source_streams, or leave source_streams out there"
    )
