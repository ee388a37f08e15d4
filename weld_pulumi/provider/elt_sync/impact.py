"""Impact: what a change of a sync makes Weld copy again or more often, and what it drops, with Weld's figures.

A sync that changes costs one read, and a second one where the change concerns a single stream; one that does not change
costs none. Nothing here is an error: figures that cannot be read are called unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ..._text import first_few
from ...schema.attributes import Props
from ...schema.streams import by_name
from ...schema.values import has_unknown
from ...validation.cron import runs_per_day
from ..core.context import ProviderContext
from ..core.pending_connections import is_pending
from ..source_stream.copies import Copies
from ..source_stream.impact import FIRST_TIME, is_copied_again, is_turned_on
from ..source_stream.triggers import fired
from .entries import has_patterns
from .notices import named

__all__ = ["dropped_by", "report_change", "report_dropped", "report_replacement"]


# Changes in place --------------------------------------------------------------------------------------------------


def report_change(context: ProviderContext, urn: str, id: str, olds: Props, wanted: Props) -> None:
    """Report what a change in place makes Weld copy again, or more often.

    Args:
        context: of this process.
        urn: of the resource.
        id: of the sync.
        olds: outputs of the last run.
        wanted: canonical inputs, with patterns resolved.
    """
    if is_pending(id) or not context.may_ask():
        return
    sync, before = f"sync {named(urn, wanted)}", _entries_before(context, urn, id, olds, wanted)
    for kind, names in _full_copies(olds, wanted, before).items():
        if names is None or names:
            _report(context, f"{sync} {kind}", Copies.of(context, id, names, olds.get("stream_ids")))
    new = sorted(_known_entries(wanted).keys() - before.keys()) if isinstance(olds.get("source_streams"), list) else []
    if new:
        context.reporter.info(f"{sync} copies for the first time: {first_few(new, 3)} {FIRST_TIME}")
    _report_interval(context, sync, olds, wanted)


def _full_copies(olds: Props, wanted: Props, before: Mapping[str, Props]) -> dict[str, list[str] | None]:
    """Return the streams that a change copies in full, by what to say of them; None for all streams of the sync."""
    pairs = {name: (before[name], entry) for name, entry in _known_entries(wanted).items() if name in before}

    def those(is_meant: Callable[[Props, Props], bool]) -> list[str]:
        return [name for name, (old, new) in pairs.items() if is_meant(old, new)]

    again: list[str] | None = those(lambda old, new: "exclude" in old or is_copied_again(old, new))
    if fired("full_refresh_triggers", olds, wanted):
        # Without a list, the streams are separate, or not known yet.
        again = list(pairs) if isinstance(wanted.get("source_streams"), list) else None
    a_day = _a_day(wanted)
    every_run = f"copies again in every run ({a_day} a day)" if a_day else "copies again in every run"
    return {
        "copies again": again,
        every_run: those(partial(is_turned_on, "full_sync_always")),
        "copies again every night": those(partial(is_turned_on, "full_sync_at_midnight")),
    }


def _known_entries(props: Mapping[str, Any]) -> dict[str, Props]:
    """Return the entries of ``source_streams`` by name, without those whose name is not known yet."""
    entries = props.get("source_streams")
    named_entries = by_name(entries if isinstance(entries, list) else ())
    return {name: entry for name, entry in named_entries.items() if isinstance(name, str)}


def _entries_before(context: ProviderContext, urn: str, id: str, olds: Props, wanted: Props) -> dict[str, Any]:
    """Return the last arguments of each stream by name: as entry, or as SourceStream if the list is new.

    A stream that was deleted at Weld is among them, as an exclusion.
    """
    last = olds.get("source_streams")
    if last is None and wanted.get("source_streams") is not None:
        return {name: dict(outs) for name, outs in context.ownership.streams_in_state(urn, id).items()}
    return {entry["name"]: entry for entry in last or ()}


def _report_interval(context: ProviderContext, sync: str, olds: Props, wanted: Props) -> None:
    """Report the runs a day before and after; those of an orchestration are unknown."""
    before, after = _a_day(olds), _a_day(wanted)
    if before and after and before != after:
        context.reporter.info(f"{sync}: {before} {'run' if before == '1' else 'runs'} a day before, {after} after")


def _a_day(props: Mapping[str, Any]) -> str:
    """Return the runs a day of a schedule, on average; "" for an orchestration, or where they are unknown."""
    interval = None if props.get("orchestration_workflow_id") else props.get("sync_interval")
    number = runs_per_day(interval) if isinstance(interval, str) else None
    if number is None:
        return ""
    if number == round(number):
        return f"{number:,.0f}"
    return "less than 0.01" if number < 0.01 else f"{number:.2f}" if number < 10 else f"{number:,.1f}"


# Replacements and deletions ----------------------------------------------------------------------------------------


def report_replacement(context: ProviderContext, urn: str, id: str, outs: Props, inputs: Props) -> None:
    """Report what the new sync copies again, and which tables the deletion of the old one drops.

    Args:
        context: of this process.
        urn: of the resource.
        id: of the old sync.
        outs: its outputs of the last run.
        inputs: canonical inputs of the new one.
    """
    if not context.may_ask():
        return
    entries = inputs.get("source_streams")
    is_known = isinstance(entries, list) and not has_patterns(entries) and not has_unknown(entries)
    names = list(by_name(entries)) if is_known else None
    if inputs.get("connection_id") == outs.get("connection_id"):
        copies = Copies.of(context, id, names, outs.get("stream_ids"))
    else:
        copies = Copies(sorted(names or ()), {}, "it gets another connection")
    _report(context, f"sync {named(urn, inputs)} copies again", copies)
    report_dropped(context, urn, outs, dropped_by(context, id, outs))


def dropped_by(context: ProviderContext, id: str, outs: Mapping[str, Any]) -> Copies | None:
    """Return the streams whose tables the deletion of a sync drops; None if it drops none, or Weld is not asked."""
    is_deleted = outs.get("deletion_policy", "delete") == "delete"
    if not is_deleted or outs.get("remove_destination_data") is not True or not context.may_ask():
        return None
    ids = outs.get("stream_ids") or None
    return Copies.of(context, id, ids, ids)


def report_dropped(context: ProviderContext, urn: str, outs: Mapping[str, Any], dropped: Copies | None) -> None:
    """Report which tables the deletion of a sync drops."""
    if dropped is not None:
        schema = outs.get("destination_schema_name")
        _report(context, f"sync {named(urn, outs)} drops from schema {schema!r}", dropped)


def _report(context: ProviderContext, what: str, copies: Copies) -> None:
    if not copies.is_nothing:
        context.reporter.info(f"{what}: {copies}")
