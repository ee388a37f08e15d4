"""Streams of a sync at Weld: separate SourceStream resources and inline entries are read and sent in the same way.

A canonical entry is a small dict that omits what equals the default. Weld's upsert may either keep or reset a field
that is omitted, so what is sent is complete. Weld does not return the two lists of columns, so the program's last ones
count; a list that the program never gave is not sent, since somebody else may have set it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..._text import first_few, sentence
from ...errors import WeldApiError, WeldError, WeldValidationError
from ...schema.attributes import Props
from ...schema.streams import ENTRY
from ...schema.values import in_order_of
from ...validation.streams import unknown_stream_problems
from ..core.context import ProviderContext
from ..core.polling import poll
from .columns import WRITE_ONLY

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo

__all__ = [
    "SENT",
    "body_of",
    "differs_from",
    "entry_of",
    "inline_conflict",
    "merged_for_adoption",
    "require_not_inline",
    "sent_part",
    "stream_part",
    "upsert",
]

_SENT = [attribute for attribute in ENTRY if attribute.sent]
#: What of a stream is sent to Weld, besides its name.
SENT = frozenset(attribute.name for attribute in _SENT)
#: What a body contains where the entry has nothing else.
_DEFAULTS = {attribute.name: attribute.default for attribute in _SENT if attribute.default is not None}
#: Not managed when omitted, unlike all others.
_POINTER = "incremental_pointer_id"
#: Seconds before each further look for a stream that Weld has accepted but does not list yet.
_POLL_DELAYS = (0.5, 1.0, 2.0, 4.0)


def entry_of(live: EltStreamInfo, declared: Mapping[str, Any] | None) -> Props:
    """Describe a live stream in canonical form.

    Args:
        live: as Weld reports it.
        declared: the program's last entry; it determines what Weld does not report, the order of lists, and whether
            an argument without a default is managed.
    """
    entry: Props = {"name": live.name}
    known = declared or {}
    for attribute in _SENT:
        name, default = attribute.name, attribute.default
        if default is None and declared is not None and not known.get(name):
            continue
        value = getattr(live, name)
        if value is None:  # not reported, so unknown rather than empty
            value = known.get(name)
        if isinstance(value, list):
            value = in_order_of(known.get(name) or (), value)
        if value and value != default:
            entry[name] = value
    return entry


def sent_part(entry: Mapping[str, Any]) -> Props:
    """Return what of a canonical entry is sent to Weld, besides its name."""
    return {name: value for name, value in entry.items() if name in SENT}


def stream_part(arguments: Mapping[str, Any]) -> Props:
    """Return the entry that the canonical arguments of a SourceStream contain."""
    return {"name": arguments.get("name"), **sent_part(arguments)}


def body_of(
    entry: Mapping[str, Any], live: EltStreamInfo | None = None, before: Mapping[str, Any] | None = None
) -> Props:
    """Return the item of an upsert.

    Args:
        entry: the stream as the program wants it.
        live: as it is at Weld, to keep a pointer that the program does not manage.
        before: the program's last entry; None for a stream that is new to the program. What the program has dropped
            since is cleared, be it the pointer or a list of columns.
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
    """Return the arguments in which a live stream differs from an entry, as far as Weld reports them."""
    reported = entry_of(live, entry)
    compared = [a for a in _SENT if not a.write_only and (a.default is not None or entry.get(a.name))]
    return [a.name for a in compared if a.differs(a.value(reported), a.value(entry))]


def merged_for_adoption(live: EltStreamInfo, entry: Mapping[str, Any]) -> Props | None:
    """Return the upsert that gives a stream what the program sets beyond the defaults, and takes nothing away.

    None where there is nothing to send.
    """
    given = sent_part(entry)
    columns = any(given.get(name) for name in WRITE_ONLY)
    wanted = {**entry_of(live, None), **given}
    if not columns and not any(ENTRY[name].differs(getattr(live, name), value) for name, value in given.items()):
        return None
    return body_of(wanted, live, before={})


def _find_streams(context: ProviderContext, sync_id: str, wanted: Iterable[str]) -> dict[str, EltStreamInfo]:
    """Return streams that were just sent; Weld's lists may show them only after a moment.

    Raises:
        WeldError: Weld accepted them, but does not list them.
    """
    missing = set(wanted)

    def look() -> dict[str, EltStreamInfo] | None:
        context.reads.forget_streams(sync_id)
        found = context.reads.streams_of(sync_id)
        missing.difference_update(found)
        return None if missing else found

    found = poll(look, _POLL_DELAYS, context.clock.sleep)
    if found is not None:
        return found
    raise WeldError(
        f"Weld accepted stream {min(missing)!r} for sync {sync_id} but does not list it. Compare the name with "
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
        answered = {**_find_streams(context, sync_id, sent), **answered}
    context.reads.note_streams(sync_id, answered.values())
    return {name: answered[name] for name in sent}


def _explain(context: ProviderContext, sync_id: str, bodies: Sequence[Props], error: WeldApiError) -> None:
    """Add to a refusal which names are wrong, if the streams can be read: Weld may give no reason."""
    try:
        problems = unknown_stream_problems(bodies, context.reads.available_streams(sync_id))
    except WeldError:
        return
    if problems:
        error.next_step = " ".join(sentence(problem.reason) for problem in problems[:5])


def require_not_inline(context: ProviderContext, sync_id: str, name: str) -> None:
    """Refuse a separate stream for a sync whose EltSync lists its streams inline.

    Raises:
        WeldValidationError: the two would undo each other's changes.
    """
    reason = inline_conflict(context, sync_id, name)
    if reason:
        raise WeldValidationError(f"stream {name!r}: {reason}")


def inline_conflict(context: ProviderContext, sync_id: str, name: str) -> str | None:
    """Say why a separate stream conflicts with inline ones; None where it does not."""
    inline = context.plans.inline_streams(sync_id)
    if inline is None:
        return None
    listed = first_few(sorted(inline), 5, repr) or "none"
    return (
        f"the EltSync {sync_id} lists its streams inline ({listed}), so it would remove the SourceStream {name!r}; "
        f"add {{'name': {name!r}}} to its source_streams, or leave source_streams out there"
    )
