"""Did a person authorize an existing connection again? Weld does not say, so the signs are looked at together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...api.lookup import by_id
from ..core.context import ProviderContext
from ..core.schema import Props
from .matching import BridgeTracker, is_used

if TYPE_CHECKING:
    from ...api.models import ConnectionBridge, ConnectionInfo

__all__ = ["Watch", "signs_of", "was_used"]


def signs_of(context: ProviderContext, connection_id: str) -> Props:
    """Return what an authorization is likely to change about a connection."""
    now = _find(context, connection_id)
    return {"updated_at": now.updated_at, "label": now.label} if now else {}


def was_used(
    context: ProviderContext, connection_id: str, label: str, before: Mapping[str, Any], bridge_id: str | None
) -> ConnectionInfo | None:
    """Return the connection if it was changed or renamed, or if its bridge has gone from the list.

    Args:
        context: of this process.
        connection_id: the connection.
        label: what it was to be called.
        before: its signs when the bridge was opened.
        bridge_id: the bridge, if Weld listed it while it was not used, and it has not expired.
    """
    now = _find(context, connection_id)
    if now is None or _has_changed(now, label, before):
        return now
    if not is_used(context, bridge_id):
        return None
    _tell_doubt(context, now)
    return now


def _has_changed(now: ConnectionInfo, label: str, before: Mapping[str, Any]) -> bool:
    return now.updated_at not in (None, before.get("updated_at")) or now.label == label != before.get("label")


def _tell_doubt(context: ProviderContext, now: ConnectionInfo) -> None:
    if now.updated_at is not None:
        context.reporter.info(
            f"the link to authorize connection {now.id} again was used, but the connection has not changed: if it was "
            "refused in the browser, change reauthorize_triggers to ask again."
        )


class Watch:
    """Looks for the signs while a bridge is open.

    Attributes:
        before: the signs when it was opened.
        track: follows the bridge.
    """

    def __init__(self, context: ProviderContext, connection_id: str, label: str) -> None:
        self._context = context
        self._connection_id = connection_id
        self._label = label
        self._used = False
        self.before = signs_of(context, connection_id)
        self.track = BridgeTracker(context)

    def __call__(self, _: ConnectionBridge) -> ConnectionInfo | None:
        """Return the connection once a person has acted."""
        now = _find(self._context, self._connection_id)
        if now is None or _has_changed(now, self._label, self.before):
            return now
        # A refusal uses the bridge too: the browser is given the time until the next look to say so.
        used_before, self._used = self._used, is_used(self._context, self.track.bridge_id)
        if not (used_before and self._used):
            return None
        _tell_doubt(self._context, now)
        return now


def _find(context: ProviderContext, connection_id: str) -> ConnectionInfo | None:
    return by_id(context.client.list_connections(), connection_id)
