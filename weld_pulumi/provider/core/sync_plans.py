"""Sync plans: what the program wants of a sync, left by its EltSync for the SourceStreams that come after it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...schema.attributes import Props

__all__ = ["SyncPlans"]


@dataclass(frozen=True)
class _Plan:
    enabled: bool
    inline: frozenset[str] | None


class SyncPlans:
    """What the program wants of each sync. Several threads may use it.

    Invariant: a plan is only ever what the program says. What this process has done at Weld is in the set of enabled
    syncs, which only grows, so the order in which resources leave word does not matter.
    """

    def __init__(self) -> None:
        self._plans: dict[str, _Plan] = {}
        self._triggers: dict[str, Props] = {}
        self._enabled: set[str] = set()
        self._lock = threading.RLock()

    def plan(self, sync_id: str, enabled: Any, streams: Any) -> None:
        """Note what the program wants of a sync; what of it is still unknown is omitted.

        Args:
            sync_id: the sync.
            enabled: whether it is to run on its schedule.
            streams: canonical ``source_streams``; None: the sync's streams are not inline.
        """
        names = [e.get("name") for e in streams if isinstance(e, dict)] if isinstance(streams, list) else []
        inline = None if streams is None else frozenset(name for name in names if isinstance(name, str))
        with self._lock:
            self._plans[sync_id] = _Plan(enabled is True, inline)

    def inline_streams(self, sync_id: str) -> frozenset[str] | None:
        """Return the names of the inline streams; None where the sync has none, or is not of this program."""
        plan = self._plans.get(sync_id)
        return plan.inline if plan is not None else None

    def is_planned(self, sync_id: str) -> bool:
        """Tell whether the sync is one of this program."""
        return sync_id in self._plans

    def wants_enabled(self, sync_id: str) -> bool:
        """Tell whether the program wants the sync enabled."""
        plan = self._plans.get(sync_id)
        return plan is not None and plan.enabled

    def leave_triggers(self, sync_id: str, triggers: Props) -> None:
        """Note the triggers of a sync that was just created without streams: they concern the streams to come."""
        with self._lock:
            self._triggers[sync_id] = triggers

    def triggers(self, sync_id: str) -> Mapping[str, Any]:
        """Return the triggers that a new stream of the sync takes over."""
        return self._triggers.get(sync_id, {})

    def drop(self, sync_id: str) -> None:
        """Forget a sync that was removed again."""
        with self._lock:
            self._plans.pop(sync_id, None)
            self._triggers.pop(sync_id, None)

    def note_enabled(self, sync_id: str) -> None:
        """Note that a sync was seen enabled, or was enabled by this process."""
        with self._lock:
            self._enabled.add(sync_id)

    def is_enabled(self, sync_id: str) -> bool:
        """Tell whether this process knows that a sync is enabled."""
        return sync_id in self._enabled
