"""An EltSync whose connection waits for a person: an error, or left for a later `up` (``on_pending_connection``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import AuthorizationPendingError
from ...schema.attributes import Props
from ...schema.elt_sync import ELT_SYNC
from ..core.context import ProviderContext
from ..core.ownership import short_name
from ..core.pending_connections import PendingId, is_pending

__all__ = ["still_pending", "wait_for_connection", "warn_of_pending"]


def _skips(news: Mapping[str, Any]) -> bool:
    """Tell whether the sync is left for a later `up`."""
    return is_pending(news.get("connection_id")) and news.get("on_pending_connection") == "skip"


def _pending_text(context: ProviderContext, news: Mapping[str, Any]) -> str:
    """Say why the sync cannot be created, and what to do."""
    label = context.pending_connections.label_of(str(news["connection_id"]))
    if _skips(news):
        return (
            f"the connection {label!r} is not authorized yet, so the syncs from it wait: run "
            "`weld-pulumi authorize`, and the next `pulumi up` creates them."
        )
    return (
        f"the connection {label!r} is not authorized yet, so the sync into {news.get('destination_schema_name')!r} "
        "cannot be created. Run `weld-pulumi authorize`, then `pulumi up` again."
    )


def warn_of_pending(context: ProviderContext, news: Mapping[str, Any]) -> None:
    """Warn in check, unless the connection itself has already reported that it waits."""
    if _skips(news) or not context.pending_connections.is_reported(news["connection_id"]):
        context.reporter.warn(_pending_text(context, news))


def wait_for_connection(context: ProviderContext, urn: str, news: Props) -> tuple[str, Props]:
    """Return id and outputs of a sync that a later `up` creates; nothing is sent to Weld.

    Raises:
        AuthorizationPendingError: the program does not allow that.
    """
    _require_skip(context, news)
    id = str(PendingId.new(short_name(urn)))
    context.plans.plan(id, news["enabled"], news.get("source_streams"))
    return id, {**news, "status": "PENDING", "stream_ids": {}}


def still_pending(context: ProviderContext, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Props:
    """Return the outputs of a sync that still waits.

    Raises:
        AuthorizationPendingError: the program no longer allows that.
    """
    _require_skip(context, news)
    return {**ELT_SYNC.others(olds), **news}


def _require_skip(context: ProviderContext, news: Mapping[str, Any]) -> None:
    if not _skips(news):
        raise AuthorizationPendingError(_pending_text(context, news))
