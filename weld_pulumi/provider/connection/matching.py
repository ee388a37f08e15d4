"""Which new connection is the one that was asked for? Weld does not say which link a connection comes of.

A connection that was there before is never taken, nor one that belongs to another resource. Of the new ones the label
decides. Where Weld tells no label, or another resource waits for one that looks the same, the link has to have been
used as well: Weld lists the links (bridges) that can still be used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from ...errors import WeldApiError, WeldConnectionError
from ..core.context import ProviderContext
from ..core.pending_connections import ConnectionKey

if TYPE_CHECKING:
    from ...api.models import ConnectionBridge, ConnectionInfo

__all__ = ["BridgeTracker", "fitting", "is_used", "newly_authorized", "unlisted"]


def unlisted(id: str, label: str | None = None, integration_id: str | None = None) -> ConnectionInfo:
    """Return what is known of a connection that Weld does not list, or not yet."""
    from ...api.models import ConnectionInfo

    return ConnectionInfo(id=id, label=label, integration_id=integration_id)


def newly_authorized(
    context: ProviderContext,
    connections: Iterable[ConnectionInfo],
    known: Collection[str],
    integration_id: str,
    label: str,
    bridge_id: str | None = None,
    alone: bool = True,
) -> ConnectionInfo | None:
    """Return the one new connection that a person has made for this integration and label, or None.

    Args:
        context: of this process.
        connections: those that are there now.
        known: ids of those that were there before the link was opened.
        integration_id: what was asked for.
        label: what was asked for.
        bridge_id: the bridge of the link, if Weld was seen to list it while it was not used.
        alone: no resource waits beside those that this process knows of. (While the engine compares the resources of
            a stack one by one, others may be still to come.)
    """
    # In this order: a rival that finishes in between has recorded its connection as matched.
    others = context.pending_connections.rivals(ConnectionKey(integration_id, label))
    found = fitting(context, connections, known, integration_id, label)
    if len(found) != 1:
        return None
    rivals = any(_fits(found[0], *key) for key in others)
    if not rivals and (found[0].label is not None or alone or bridge_id is None):
        return found[0]
    return found[0] if is_used(context, bridge_id) else None


def fitting(
    context: ProviderContext,
    connections: Iterable[ConnectionInfo],
    known: Collection[str],
    integration_id: str,
    label: str,
) -> list[ConnectionInfo]:
    """Return the new connections that may be the one, as far as Weld tells; those that tell most win."""
    taken = {*known, *context.pending_connections.matched(), *context.ownership.ids()}
    found = [c for c in connections if c.id not in taken and _fits(c, integration_id, label)]
    telling = [c for c in found if c.label is not None and c.integration_id is not None]
    return telling or found


class BridgeTracker:
    """Keeps an eye on a bridge.

    Attributes:
        bridge_id: the bridge, if Weld listed it before it was used, so that its use can be seen; else None.
    """

    def __init__(self, context: ProviderContext) -> None:
        self._context = context
        self.bridge_id: str | None = None

    def follow(self, bridge: ConnectionBridge) -> None:
        """Follow a bridge that was just opened."""
        self.bridge_id = bridge.id if bridge.id in (_listed_bridges(self._context) or ()) else None


def is_used(context: ProviderContext, bridge_id: str | None) -> bool:
    """Tell whether a bridge that Weld listed once has gone from the list."""
    listed = _listed_bridges(context) if bridge_id is not None else None
    return listed is not None and bridge_id not in listed


def _listed_bridges(context: ProviderContext) -> set[str | None] | None:
    """Return the ids of the bridges that can still be used, or None where Weld does not tell."""
    try:
        return {bridge.id for bridge in context.client.list_bridges()} - {None}
    except (WeldApiError, WeldConnectionError):
        return None


def _fits(connection: ConnectionInfo, integration_id: str, label: str) -> bool:
    return connection.integration_id in (None, integration_id) and connection.label in (None, label)
