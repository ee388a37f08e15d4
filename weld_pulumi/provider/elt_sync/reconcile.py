"""Reconciliation of an existing sync with the program: schedule and settings, streams, and whether it is enabled."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import WeldApiError
from ...schema.attributes import Change, Props
from ...schema.elt_sync import ELT_SYNC
from ...schema.streams import ENTRY, by_name
from ..core.context import ProviderContext
from ..source_stream.streams import SENT, body_of, merged_for_adoption, upsert
from .candidates import DAILY
from .settings import has_path, is_within, merged, removed_keys

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo, EltSyncInfo

__all__ = ["add_streams", "enable_or_disable", "reconcile_streams", "update_sync", "warn_of_kept_settings"]

#: What the request that updates a sync contains, where it has changed. (Settings are sent in full.)
_UPDATED = ELT_SYNC.names(lambda a: a.sent and a.on_change is Change.UPDATE and a.name != "elt_settings")


def update_sync(
    context: ProviderContext,
    live: EltSyncInfo,
    olds: Mapping[str, Any],
    news: Props,
    changed: Collection[str],
    adopting: bool,
) -> None:
    """Send what has changed of interval, settings and orchestration; adopting does not detach an orchestration."""
    workflow = news.get("orchestration_workflow_id")
    there = live.orchestration_workflow_id if live.reports_schedule else olds.get("orchestration_workflow_id")
    moved = "orchestration_workflow_id" in changed and workflow != there
    body: Props = {name: news[name] for name in _UPDATED if name in changed and news.get(name) is not None}
    if moved and not workflow and not adopting:
        context.client.detach_orchestration(live.id)
        body["sync_interval"] = news.get("sync_interval") or DAILY
    if "elt_settings" in changed and (settings := _settings_to_send(live, olds, news)) is not None:
        body["elt_settings"] = settings
    if body:
        context.client.update_sync(live.id, body)
    if moved and workflow:
        context.client.attach_orchestration(live.id, workflow)


def _settings_to_send(live: EltSyncInfo, olds: Mapping[str, Any], news: Props) -> Props | None:
    """Return the complete settings; None where Weld has all that is wanted."""
    wanted, before, reported = news.get("elt_settings"), olds.get("elt_settings"), live.elt_settings
    gone = [path for path in removed_keys(before, wanted) if reported is None or has_path(reported, path)]
    if not gone and (wanted is None or (reported is not None and is_within(wanted, reported))):
        return None
    return merged(reported, before, wanted or {})


def warn_of_kept_settings(context: ProviderContext, olds: Mapping[str, Any], news: Props, after: EltSyncInfo) -> None:
    """Warn of settings that the program has dropped and Weld keeps."""
    removed = removed_keys(olds.get("elt_settings"), news.get("elt_settings"))
    kept = ["elt_settings." + ".".join(path) for path in removed if has_path(after.elt_settings, path)]
    if kept:
        context.reporter.warn(
            f"sync {after.id}: Weld keeps {', '.join(kept)}, which the program no longer sets; it is no longer managed."
        )


def reconcile_streams(
    context: ProviderContext,
    live: EltSyncInfo,
    before: Any,
    entries: list[Props],
    separate: Mapping[str, Mapping[str, Any]],
) -> None:
    """Send the entries that are new or have changed since the last run, and remove those that were dropped.

    An existing stream that was not inline keeps the lists of columns that this stack has never given.

    Args:
        context: of this process.
        live: the sync.
        before: the entries of the last run; None where the streams were not managed.
        entries: those of the program.
        separate: the last arguments of SourceStreams of the stack, by name.
    """
    last, there = by_name(before), context.reads.streams_in(live)

    def is_new(name: str, entry: Props) -> bool:
        known = name in there and name in last
        return not known or bool(SENT.intersection(ENTRY.changed(last[name], entry)))

    wanted = by_name(entries)
    changed = [entry for name, entry in wanted.items() if is_new(name, entry)]
    given = {**{name: {} for name in there}, **separate, **last}
    upsert(context, live.id, [body_of(e, there.get(e["name"]), given.get(e["name"])) for e in changed])
    # Only what the last run had may go: no preview has shown a stream that was added since.
    for name in sorted(last.keys() & there.keys() - wanted.keys()):
        context.client.delete_stream(there[name].id)
        context.reads.note_streams(live.id, removed=[name])


def add_streams(context: ProviderContext, live: EltSyncInfo, entries: list[Props]) -> None:
    """Add the entries to an adopted sync without taking anything away from its streams."""
    there, wanted = context.reads.streams_in(live), by_name(entries)
    bodies = [merged_for_adoption(there[n], e) if n in there else body_of(e) for n, e in wanted.items()]
    upsert(context, live.id, [body for body in bodies if body is not None])


def enable_or_disable(
    context: ProviderContext, sync_id: str, wanted: bool, streams: Mapping[str, EltStreamInfo] | None = None
) -> bool:
    """Enable or disable a sync; return whether it is enabled.

    Weld refuses to enable a sync without streams; that is a warning, not an error.

    Args:
        context: of this process.
        sync_id: the sync.
        wanted: whether to enable it.
        streams: its streams; None where they are unknown.
    """
    if not wanted:
        context.client.disable_sync(sync_id)
        return False
    try:
        context.client.enable_sync(sync_id)
    except WeldApiError as error:
        if not error.is_refusal or streams or context.client.list_streams(sync_id):
            raise
        context.reporter.warn(
            f"sync {sync_id} has no stream yet, and Weld does not enable an empty sync; its first stream enables it."
        )
        return False
    context.plans.note_enabled(sync_id)
    return True
