"""The bridge: Weld's session, a day long, in which a person authorizes a connection."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from ..._text import parse_time
from ...api.retries import Lookup
from ...errors import AuthenticationError, WeldApiError, WeldConnectionError
from ..core.context import ProviderContext

if TYPE_CHECKING:
    from ...api.models import ConnectionBridge

__all__ = ["BridgeTracker", "is_expired", "open_bridge"]

_LIFETIME = timedelta(days=1)


def open_bridge(context: ProviderContext, **body: str | None) -> ConnectionBridge:
    """Open a bridge exactly once, even if Weld's response is lost.

    Args:
        context: of this process.
        body: ``integration_id``, ``label``, ``redirect_uri`` of Weld's request; ``connection_id`` to authorize a
            connection again; ``state`` for Weld to send back with the browser.

    Returns:
        The bridge with its link, and the time when that expires.

    Raises:
        WeldError: Weld did not open it.
    """
    sent = {name: value for name, value in body.items() if value}
    with context.lock_for("connection_bridges"):
        before = _bridges(context)

        def find() -> ConnectionBridge | None:
            """Find the bridge of a lost response: the only new one that fits."""
            if before is None:
                return None
            ids = {bridge.id for bridge in before}
            new = [b for b in _bridges(context) or () if b.id not in ids and b.authorize_url and _fits(b, sent)]
            return new[0] if len(new) == 1 else None

        lookup = Lookup(find, "the connection bridge", context.clock.sleep)
        bridge = context.client.create_bridge(sent, lookup)
    if bridge.expires_at:
        return bridge
    expires_at = datetime.fromtimestamp(context.clock.now(), timezone.utc) + _LIFETIME
    return bridge.model_copy(update={"expires_at": expires_at.isoformat()})


def _bridges(context: ProviderContext) -> list[ConnectionBridge] | None:
    """Return the bridges that can still be used; None if Weld does not list them, which does not stop opening one."""
    try:
        return context.client.list_bridges()
    except AuthenticationError:
        raise
    except (WeldApiError, WeldConnectionError):
        return None


def _fits(bridge: ConnectionBridge, sent: dict[str, str]) -> bool:
    reported = {"integration_id": bridge.integration_id, "label": bridge.label, "state": bridge.state}
    return all(value is None or value == sent.get(name) for name, value in reported.items())


def is_expired(context: ProviderContext, expires_at: object) -> bool:
    """Return whether a link has expired; False if its time cannot be read."""
    moment = parse_time(expires_at)
    return moment is not None and moment.timestamp() <= context.clock.now()


class BridgeTracker:
    """Detect that a bridge has been used: Weld no longer lists it.

    Attributes:
        bridge_id: the bridge, or None if Weld did not list it before, so that its use cannot be detected.
    """

    def __init__(self, context: ProviderContext, bridge_id: str | None = None) -> None:
        self._context = context
        self.bridge_id = bridge_id

    def follow(self, bridge: ConnectionBridge) -> None:
        """Follow a bridge that was just opened."""
        self.bridge_id = bridge.id if bridge.id in (self._listed() or ()) else None

    def is_used(self) -> bool:
        """Return whether the bridge is known to have been used."""
        listed = self._listed() if self.bridge_id is not None else None
        return listed is not None and self.bridge_id not in listed

    def _listed(self) -> set[str | None] | None:
        """Return the ids of the bridges that can still be used, or None if Weld does not list them."""
        try:
            return {bridge.id for bridge in self._context.client.list_bridges()} - {None}
        except (WeldApiError, WeldConnectionError):
            return None
