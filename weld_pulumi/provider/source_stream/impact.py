"""What a change of one stream makes Weld copy again; :mod:`..elt_sync.impact` does the same for a sync."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...schema.streams import ENTRY
from ...schema.values import UNKNOWN
from ..core.context import ProviderContext
from .copies import Copies
from .triggers import fired

__all__ = ["FIRST_TIME", "is_copied_again", "is_turned_on", "report_change", "report_new", "report_replacement"]

#: Follows the names of streams that are new.
FIRST_TIME = "(Weld reports no size before the first run)"


def is_copied_again(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether a change makes Weld copy a stream again, once."""
    return fired("full_refresh_triggers", olds, news) or is_turned_on("enabled_history_table", olds, news)


def is_turned_on(flag: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether a flag is set that was not."""
    return ENTRY[flag].value(news) is True and ENTRY[flag].value(olds) is not True


def report_change(context: ProviderContext, id: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
    """Report what a change in place makes Weld copy again."""
    kinds = {
        "copies again": is_copied_again(olds, news),
        "copies again in every run": is_turned_on("full_sync_always", olds, news),
        "copies again every night": is_turned_on("full_sync_at_midnight", olds, news),
    }
    asked = [kind for kind, applies in kinds.items() if applies]
    if asked and context.may_ask():
        sync_id, name = str(olds["elt_sync_id"]), str(olds["name"])
        copies = Copies.of(context, sync_id, [name], {name: id})
        for kind in asked:
            context.reporter.info(f"sync {sync_id} {kind}: {copies}")


def report_replacement(context: ProviderContext, id: str, outs: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Report what a replacement makes Weld copy; that of the sync reports it for all of its streams."""
    before, sync_id, name = str(outs["elt_sync_id"]), inputs.get("elt_sync_id"), inputs.get("name")
    if UNKNOWN in (sync_id, name) or context.ownership.is_created(str(sync_id)) or not context.may_ask():
        return
    if name != outs["name"]:
        report_new(context, str(sync_id), str(name))
    else:
        copies = Copies.of(context, before, [str(name)], {str(name): id})
        context.reporter.info(f"sync {sync_id} copies again: {copies}")


def report_new(context: ProviderContext, sync_id: str, name: str) -> None:
    """Report that a stream is new, unless its sync is new too."""
    if not context.ownership.is_created(sync_id):
        context.reporter.info(f"sync {sync_id} copies for the first time: {name} {FIRST_TIME}")
