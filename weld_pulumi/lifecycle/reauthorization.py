"""Did a person authorise an existing connection again? Weld does not say, so the signs are looked at together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..api.models import ConnectionBridge, ConnectionInfo
from .fields import Props
from .session import Session

__all__ = ["Watch", "signs_of", "was_used"]


def signs_of(session: Session, connection_id: str) -> Props:
    """Return what an authorisation is likely to change about a connection."""
    now = _find(session, connection_id)
    return {"updated_at": now.updated_at, "label": now.label} if now else {}


def was_used(
    session: Session, connection_id: str, before: Mapping[str, Any], bridge_id: str | None
) -> ConnectionInfo | None:
    """Return the connection if it changed, or if its bridge has gone from the list.

    Args:
        session: of this process.
        connection_id: the connection.
        before: its signs when the bridge was opened.
        bridge_id: the bridge, if Weld lists bridges that are not used yet; else None.
    """
    now = _find(session, connection_id)
    if now is None:
        return None
    if any(getattr(now, sign) != before.get(sign) for sign in ("updated_at", "label")):
        return now
    if bridge_id and bridge_id not in _bridges(session):
        return now
    return None


class Watch:
    """Looks for the signs while a bridge is open."""

    def __init__(self, session: Session, connection_id: str) -> None:
        self._session = session
        self._connection_id = connection_id
        self.before = signs_of(session, connection_id)
        self._opened: str | None = None
        self.listed: str | None = None

    def __call__(self, bridge: ConnectionBridge) -> ConnectionInfo | None:
        """Return the connection once a person has acted."""
        if self._opened is None:
            self._opened = bridge.id or ""
            self.listed = bridge.id if bridge.id in _bridges(self._session) else None
        return was_used(self._session, self._connection_id, self.before, self.listed)


def _find(session: Session, connection_id: str) -> ConnectionInfo | None:
    return next((c for c in session.client.list_connections() if c.id == connection_id), None)


def _bridges(session: Session) -> set[str | None]:
    return {bridge.id for bridge in session.client.list_bridges()}
