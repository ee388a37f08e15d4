"""An EltSync whose connection waits for a person: refused, or left for a later `up` (``on_pending_connection``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import AuthorizationPendingError
from ..core.context import ProviderContext
from ..core.ownership import short_name
from ..core.pending_connections import PendingId, is_pending
from ..core.schema import Props
from .schema import SYNC

__all__ = ["still_pending", "wait_for_connection", "warn_of_pending"]


def _skips(news: Mapping[str, Any]) -> bool:
    """Whether the sync is left for a later `up`, since its connection waits for a person."""
    return is_pending(news.get("connection_id")) and news.get("on_pending_connection") == "skip"


def _pending_text(context: ProviderContext, news: Mapping[str, Any]) -> str:
    """Say why the sync cannot be made, and what to do."""
    label = context.pending_connections.label_of(str(news["connection_id"]))
    if _skips(news):
        return (
            f"the connection {label!r} is not authorized yet, so what is to be synced from it waits: run "
            "`weld-pulumi authorize`, and the next `pulumi up` makes it."
        )
    return (
        f"the connection {label!r} is not authorized yet, so the sync into {news.get('destination_schema_name')!r} "
        "cannot be made. Run `weld-pulumi authorize`, then `pulumi up` again."
    )


def warn_of_pending(context: ProviderContext, news: Mapping[str, Any]) -> None:
    """Warn in check; once where the connection itself has said that it waits."""
    if _skips(news) or not context.pending_connections.is_reported(news["connection_id"]):
        context.reporter.warn(_pending_text(context, news))


def wait_for_connection(context: ProviderContext, urn: str, news: Props) -> tuple[str, Props]:
    """Return id and outputs of a sync that a later `up` makes; nothing of it is at Weld.

    Raises:
        AuthorizationPendingError: the program does not allow that.
    """
    _require_skip(context, news)
    id = str(PendingId.new(short_name(urn)))
    context.plan_sync(id, news["enabled"], news.get("source_streams"))
    return id, {**news, "status": "PENDING", "stream_ids": {}}


def still_pending(context: ProviderContext, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Props:
    """Return the outputs of a sync that goes on waiting.

    Raises:
        AuthorizationPendingError: the program does not allow that any more.
    """
    _require_skip(context, news)
    return {**{name: value for name, value in olds.items() if name not in SYNC}, **news}


def _require_skip(context: ProviderContext, news: Mapping[str, Any]) -> None:
    if not _skips(news):
        raise AuthorizationPendingError(_pending_text(context, news))
