"""Recognize what a person has authorized. Weld does not report which bridge was used, so several signs are combined."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from ...schema.attributes import Props
from ..core.context import ProviderContext
from ..core.pending_connections import ConnectionKey
from . import lookup
from .bridge import BridgeTracker

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo

__all__ = ["NewConnectionMatcher", "ReauthorizationDetector", "report_candidates"]


class NewConnectionMatcher:
    """Match a new connection to the bridge that created it.

    A connection that was there before is never matched, nor one that another resource has. Of the new ones the label
    decides. If Weld reports no label, or another resource waits for one that looks the same, the bridge must have been
    used as well.

    Args:
        context: of this process.
        key: what the person was asked to authorize.
        known: ids of the connections that were there before the bridge was opened.
        tracker: of the bridge.
        is_alone: no resource waits beside those of :class:`.PendingConnections`. (While the engine compares the
            resources of a stack one by one, others may still come.)

    Attributes:
        candidates: after a search without a match, the new connections that may be the one.
    """

    def __init__(
        self,
        context: ProviderContext,
        key: ConnectionKey,
        known: Collection[str],
        tracker: BridgeTracker,
        is_alone: bool = True,
    ) -> None:
        self._context = context
        self._key = key
        self._known = known
        self.tracker = tracker
        self._is_alone = is_alone
        self.candidates: list[ConnectionInfo] = []

    def find(self) -> ConnectionInfo | None:
        """Return the connection that the person created, if Weld lists it now."""
        return self.match(self._context.client.list_connections())

    def match(self, connections: Iterable[ConnectionInfo]) -> ConnectionInfo | None:
        """Return the one of these connections that the person created, if it is certain."""
        # Rivals first: one that finishes in between has recorded its connection as matched.
        rivals = self._context.pending_connections.rivals(self._key)
        self.candidates = self._candidates(connections)
        if len(self.candidates) != 1:
            return None
        [found] = self.candidates
        has_rival = any(_fits(found, rival) for rival in rivals)
        is_certain = found.label is not None or self._is_alone or self.tracker.bridge_id is None
        return found if (is_certain and not has_rival) or self.tracker.is_used() else None

    def _candidates(self, connections: Iterable[ConnectionInfo]) -> list[ConnectionInfo]:
        """Return the new connections that fit; of these, only those with label and integration if there are any."""
        taken = {*self._known, *self._context.pending_connections.matched(), *self._context.ownership.managed_ids()}
        found = [c for c in connections if c.id not in taken and _fits(c, self._key)]
        complete = [c for c in found if c.label is not None and c.integration_id is not None]
        return complete or found


def _fits(connection: ConnectionInfo, key: ConnectionKey) -> bool:
    return connection.integration_id in (None, key.integration_id) and connection.label in (None, key.label)


def report_candidates(context: ProviderContext, key: ConnectionKey, candidates: list[ConnectionInfo]) -> None:
    """Name the new connections of which nobody can tell whether they are the one."""
    if candidates:
        context.reporter.warn(
            f"new in Weld: {'; '.join(c.describe() for c in candidates)}. This may be {key.describe()}, but Weld "
            f"does not report what its link created. If it is, write adopt={candidates[0].id!r}."
        )


class ReauthorizationDetector:
    """Detect that a person has authorized an existing connection again: it was changed or renamed, or the bridge used.

    Args:
        context: of this process.
        connection_id: the connection.
        label: the label it is to have.
        before: its signs when the bridge was opened, as :meth:`signs` returns them.
        tracker: of the bridge.
    """

    def __init__(
        self, context: ProviderContext, connection_id: str, label: str, before: Props, tracker: BridgeTracker
    ) -> None:
        self._context = context
        self._connection_id = connection_id
        self._label = label
        self._before = before
        self.tracker = tracker
        self._was_used = False

    @staticmethod
    def signs(context: ProviderContext, connection_id: str) -> Props:
        """Return what an authorization is likely to change about a connection."""
        now = lookup.find(context, connection_id, fresh=True)
        return {"updated_at": now.updated_at, "label": now.label} if now else {}

    def find(self, in_browser: bool = True) -> ConnectionInfo | None:
        """Return the connection if it has been authorized again.

        Args:
            in_browser: the browser may come back to this process. A refusal uses the bridge too, so the browser gets
                the time until the next look to report it.
        """
        now = lookup.find(self._context, self._connection_id, fresh=True)
        if now is None or self._has_changed(now):
            return now
        was_used, self._was_used = self._was_used, self.tracker.is_used()
        if not self._was_used or (in_browser and not was_used):
            return None
        self._report_doubt(now)
        return now

    def _has_changed(self, now: ConnectionInfo) -> bool:
        is_updated = now.updated_at not in (None, self._before.get("updated_at"))
        return is_updated or now.label == self._label != self._before.get("label")

    def _report_doubt(self, now: ConnectionInfo) -> None:
        if now.updated_at is not None:
            self._context.reporter.info(
                f"the link to authorize connection {now.id} again was used, but the connection has not changed: if it "
                "was refused in the browser, change reauthorize_triggers to ask again."
            )
