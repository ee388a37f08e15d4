"""Reads of Weld that the resources of one process share: each is sent once, and threads that need it wait for it."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from ...api.lookup import or_none
from ...errors import WeldError

if TYPE_CHECKING:
    from ...api.client import WeldClient
    from ...api.models import (
        AvailableSourceStream,
        ConnectionInfo,
        EltStreamInfo,
        EltStreamRun,
        EltSyncInfo,
        EltSyncStatus,
        IntegrationInfo,
        OrchestrationInfo,
        RetirementDetails,
    )

__all__ = ["FRESH", "OfferedStream", "ReadCache"]

T = TypeVar("T")

#: Maximum age, in seconds, of a list on which a decision to create or delete is based.
FRESH = 5.0
#: Runs of a stream that one request returns.
_RUNS = 100


class OfferedStream(NamedTuple):
    """What is kept of a stream that a sync can have. A model of each of 5,000 streams would take 3 MB more."""

    name: str
    retired: bool = False
    is_selectable: bool | None = None
    sub_streams: Sequence[str] | None = None
    retirement_details: RetirementDetails | None = None

    @classmethod
    def of(cls, available: AvailableSourceStream) -> OfferedStream:
        """Return it as Weld reports it."""
        subs = None if available.sub_streams is None else tuple(available.sub_streams)
        return cls(available.name, available.retired, available.is_selectable, subs, available.retirement_details)


def _or_none(read: Callable[..., T], *args: Any) -> T | None:
    """Read for mere advice: None after any error."""
    try:
        return read(*args)
    except WeldError:
        return None


class _SingleFlight:
    """The result of each read by key; threads that need the same one wait for the first."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, Any]] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def get(self, key: str, load: Callable[[], T], max_age: float | None = None) -> T:
        """Return what ``load`` returned first, or returns now where that is older than ``max_age`` seconds."""
        with self._guard:
            lock = self._locks[key]
        with lock:
            held = self._values.get(key)
            if held is None or (max_age is not None and time.monotonic() - held[0] > max_age):
                held = (time.monotonic(), load())
                self._values[key] = held
            return cast(T, held[1])

    def peek(self, key: str) -> Any:
        """Return the result that is held, or None."""
        held = self._values.get(key)
        return held[1] if held else None

    def forget(self, key: str) -> None:
        """Let the next reader load again."""
        self._values.pop(key, None)


class ReadCache:
    """Reads of Weld, each sent once.

    Invariant: what is returned is what Weld reported last to this process, plus what the process has changed since and
    noted here. Several threads may use it.

    Args:
        client: returns Weld's endpoints.
        is_created: returns whether this process has created an object; Weld's reads may not show that one yet.
        sync_max_age: seconds for which one read of a sync serves the sync and its streams: a refresh reads all at once.
    """

    def __init__(
        self, client: Callable[[], WeldClient], is_created: Callable[[str], bool], sync_max_age: float = 2.0
    ) -> None:
        self._client = client
        self._is_created = is_created
        self.sync_max_age = sync_max_age
        self._reads = _SingleFlight()
        self._lock = threading.RLock()
        #: Id -> the sync as `sync` returned it last.
        self._returned: dict[str, EltSyncInfo] = {}

    # Of the workspace ------------------------------------------------------------------------------------------

    def integrations(self) -> list[IntegrationInfo]:
        """Return the integrations that may be sources."""
        return self._reads.get("integrations", lambda: self._client().list_integrations())

    def connections(self, max_age: float | None = None) -> list[ConnectionInfo]:
        """Return all connections, at most ``max_age`` seconds old."""
        return self._reads.get("connections", lambda: self._client().list_connections(), max_age)

    def forget_connections(self) -> None:
        """Read the connections again next time."""
        self._reads.forget("connections")

    def orchestrations(self) -> list[OrchestrationInfo]:
        """Return all orchestrations."""
        return self._reads.get("orchestrations", lambda: self._client().list_orchestrations())

    def settings_schema(self, connection_id: str) -> dict[str, Any] | None:
        """Return the JSON Schema of the settings of a connection; None where the connection does not exist."""
        return self._reads.get(
            f"schema/{connection_id}", lambda: or_none(self._client().get_connection_settings, connection_id)
        )

    # Syncs -----------------------------------------------------------------------------------------------------

    def all_syncs(self) -> list[EltSyncInfo]:
        """Return the syncs of all connections."""
        return self._reads.get("syncs", lambda: self._client().list_syncs())

    def syncs_of(self, connection_id: str, max_age: float | None = None) -> list[EltSyncInfo]:
        """Return the syncs of a source connection, at most ``max_age`` seconds old."""

        def load() -> list[EltSyncInfo]:
            # One list of all syncs serves every connection of a program. A fresh list is of one connection only;
            # the filter is sent, but not relied on.
            listed = self.all_syncs() if max_age is None else self._client().list_syncs(connection_id)
            return [sync for sync in listed if sync.source_connection_id == connection_id]

        return self._reads.get(f"syncs/{connection_id}", load, max_age)

    def note_sync(self, connection_id: str, sync: EltSyncInfo) -> None:
        """Add a sync that this process has created to the syncs of its connection."""
        known = self.syncs_of(connection_id)
        if all(other.id != sync.id for other in known):
            known.append(sync.model_copy(update={"source_connection_id": connection_id}))

    def forget_syncs_of(self, connection_id: str) -> None:
        """Read the syncs of a connection again next time."""
        self._reads.forget("syncs")
        self._reads.forget(f"syncs/{connection_id}")

    def sync(self, sync_id: str) -> EltSyncInfo:
        """Return a sync: as it is, or as it was just read for one of its streams.

        A refresh reads a sync and its streams at once. Reading the same sync a second time sends a request again.
        """
        sync = self._sync(sync_id)
        if sync is self._returned.get(sync_id):
            self.forget_sync(sync_id)
            sync = self._sync(sync_id)
        self._returned[sync_id] = sync
        return sync

    def _sync(self, sync_id: str) -> EltSyncInfo:
        return self._reads.get(f"sync/{sync_id}", lambda: self._client().get_sync(sync_id), self.sync_max_age)

    def forget_sync(self, sync_id: str) -> None:
        """Read a sync again next time."""
        self._reads.forget(f"sync/{sync_id}")

    def status_or_none(self, sync_id: str) -> EltSyncStatus | None:
        """Return the runs of the streams of a sync, for mere advice; None where they cannot be read."""
        return self._reads.get(f"status/{sync_id}", lambda: _or_none(self._client().get_sync_status, sync_id))

    def runs_of_one(self, sync_id: str, stream_id: str) -> list[EltStreamRun] | None:
        """Return the last runs of the stream of a sync that is asked about first; None of others, to spare requests."""

        def load() -> tuple[str, list[EltStreamRun] | None]:
            return stream_id, _or_none(self._client().list_runs, stream_id, _RUNS)

        first, runs = self._reads.get(f"runs/{sync_id}", load)
        return runs if first == stream_id else None

    # Streams ---------------------------------------------------------------------------------------------------

    def available_streams(self, sync_id: str) -> dict[str, OfferedStream]:
        """Return the streams that a sync can have, by name."""

        def load() -> dict[str, OfferedStream]:
            return {each.name: OfferedStream.of(each) for each in self._client().list_available_streams(sync_id)}

        return self._reads.get(f"available/{sync_id}", load)

    def available_or_none(self, sync_id: str) -> dict[str, OfferedStream] | None:
        """Return the same for mere advice; None where it cannot be read, which is tried once."""
        return self._reads.get(f"available-or-none/{sync_id}", lambda: _or_none(self.available_streams, sync_id))

    def streams_in(self, sync: EltSyncInfo) -> dict[str, EltStreamInfo]:
        """Return the streams of a sync by name: from its own response if that has them, else from their list."""
        listed = sync.source_streams if sync.source_streams is not None else self._client().list_streams(sync.id)
        return {stream.name: stream for stream in listed}

    def streams_of(self, sync_id: str) -> dict[str, EltStreamInfo]:
        """Return the streams of a sync by name. The dict is kept up to date by :meth:`note_streams`."""
        found = self.streams_or_none(sync_id)
        # Sent again, so that the error is that of this reader.
        return found if found is not None else self.streams_in(self._client().get_sync(sync_id))

    def streams_or_none(self, sync_id: str) -> dict[str, EltStreamInfo] | None:
        """Return the same; None where the sync does not exist, which is read once for all its streams."""

        def load() -> dict[str, EltStreamInfo] | None:
            if self._is_created(sync_id):  # so new that Weld may not find it yet
                return {stream.name: stream for stream in self._client().list_streams(sync_id)}
            sync = or_none(self._sync, sync_id)
            return None if sync is None else self.streams_in(sync)

        return self._reads.get(f"streams/{sync_id}", load)

    def note_streams(self, sync_id: str, put: Iterable[EltStreamInfo] = (), removed: Iterable[str] = ()) -> None:
        """Note in the shared list of streams, if one was read, what this process has changed."""
        self.forget_sync(sync_id)
        held = self._reads.peek(f"streams/{sync_id}")
        if held is None:
            return
        with self._lock:
            held.update({stream.name: stream for stream in put})
            for name in removed:
                held.pop(name, None)

    def forget_streams(self, sync_id: str) -> None:
        """Read the streams of a sync, and the sync itself, again next time."""
        self._reads.forget(f"streams/{sync_id}")
        self.forget_sync(sync_id)
