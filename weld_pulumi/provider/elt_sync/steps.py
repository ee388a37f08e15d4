"""The steps that bring a sync in line with the program: its body, its streams, its switch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import WeldApiError
from ..core.context import ProviderContext
from ..core.schema import Props
from ..source_stream.streams import ENTRY, SENT, body_of, by_name, merged_for_adoption, upsert
from .schema import DAILY
from .settings import has_path, is_within, merged, removed_keys

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo, EltSyncInfo

__all__ = ["add_streams", "change_schedule_and_settings", "reconcile_streams", "switch", "warn_of_kept_settings"]


def change_schedule_and_settings(
    context: ProviderContext,
    live: EltSyncInfo,
    olds: Mapping[str, Any],
    news: Props,
    changed: Collection[str],
    adopting: bool,
) -> None:
    """Send what has changed of interval, settings and orchestration; adopting does not take an orchestration away."""
    workflow = news.get("orchestration_workflow_id")
    there = live.orchestration_workflow_id if live.reports_schedule else olds.get("orchestration_workflow_id")
    moved = "orchestration_workflow_id" in changed and workflow != there
    body: Props = {}
    if "sync_interval" in changed and news.get("sync_interval"):
        body["sync_interval"] = news["sync_interval"]
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
    """Return the complete settings; None where Weld has everything as wished."""
    wanted, before, told = news.get("elt_settings"), olds.get("elt_settings"), live.elt_settings
    gone = [path for path in removed_keys(before, wanted) if told is None or has_path(told, path)]
    if not gone and (wanted is None or (told is not None and is_within(wanted, told))):
        return None
    return merged(told, before, wanted or {})


def warn_of_kept_settings(context: ProviderContext, olds: Mapping[str, Any], news: Props, after: EltSyncInfo) -> None:
    """Tell which settings the program has taken out and Weld keeps."""
    removed = removed_keys(olds.get("elt_settings"), news.get("elt_settings"))
    kept = ["elt_settings." + ".".join(path) for path in removed if has_path(after.elt_settings, path)]
    if kept:
        context.reporter.warn(
            f"sync {after.id}: Weld keeps {', '.join(kept)}, which the program no longer gives; it is not managed now."
        )


def reconcile_streams(
    context: ProviderContext,
    live: EltSyncInfo,
    before: Any,
    entries: list[Props],
    separate: Mapping[str, Mapping[str, Any]],
) -> None:
    """Send the entries that are new or have changed since the last run, and remove those that were taken out.

    A stream that is there and was not inline keeps the lists of columns that nobody of this stack has given.

    Args:
        context: of this process.
        live: the sync.
        before: the entries of the last run; None where the streams were not managed.
        entries: those of the program.
        separate: what SourceStreams of the stack gave last, by name.
    """
    last, there = by_name(before), context.streams_in(live)

    def is_new(name: str, entry: Props) -> bool:
        known = name in there and name in last
        return not known or bool(SENT.intersection(ENTRY.changed(last[name], entry)))

    wanted = by_name(entries)
    changed = [entry for name, entry in wanted.items() if is_new(name, entry)]
    given = {**{name: {} for name in there}, **separate, **last}
    upsert(context, live.id, [body_of(e, there.get(e["name"]), given.get(e["name"])) for e in changed])
    # Only what the last run knew of may go: a stream that was added since has not been shown in a preview.
    for name in sorted(last.keys() & there.keys() - wanted.keys()):
        context.client.delete_stream(there[name].id)
        context.note_known_streams(live.id, removed=[name])


def add_streams(context: ProviderContext, live: EltSyncInfo, entries: list[Props]) -> None:
    """Add the entries to an adopted sync, so that no stream loses anything by it."""
    there, wanted = context.streams_in(live), by_name(entries)
    bodies = [merged_for_adoption(there[n], e) if n in there else body_of(e) for n, e in wanted.items()]
    upsert(context, live.id, [body for body in bodies if body is not None])


def switch(
    context: ProviderContext, sync_id: str, wanted: bool, streams: Mapping[str, EltStreamInfo] | None = None
) -> bool:
    """Enable or disable a sync; return whether it is on.

    Where Weld refuses to enable a sync without streams, that is told, and is no error.

    Args:
        context: of this process.
        sync_id: the sync.
        wanted: whether it is to be on.
        streams: its streams; None where they are not known.
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
            f"sync {sync_id} has no stream yet, and Weld does not enable an empty sync; it starts with its first one."
        )
        return False
    context.running.add(sync_id)
    return True
