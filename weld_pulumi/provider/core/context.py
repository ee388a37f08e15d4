"""What all resources of one plugin process share: the client, reads that need be made only once, and sync_plans.

The engine starts one process for each provider resource and gives it the resources of the program one by one, in the
order of their dependencies. So a resource can leave word here for those that come after it: whether a sync is to be
enabled, which streams it lists inline, which pending connection has been authorized.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from ...api.lookup import or_none
from ...api.redaction import SecretRegistry
from ...config import Settings
from .ownership import OwnershipRegistry
from .pending_connections import PendingConnections
from .reporter import Reporter
from .schema import Props

if TYPE_CHECKING:
    from ...api.client import WeldClient
    from ...api.models import (
        AvailableSourceStream,
        ConnectionInfo,
        EltStreamInfo,
        EltSyncInfo,
        IntegrationInfo,
        OrchestrationInfo,
        RetirementDetails,
    )

__all__ = ["Clock", "OfferedStream", "ProviderContext", "SyncPlan"]

T = TypeVar("T")


class Clock:
    """Time and waiting; tests hand in one that does not wait."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Wait for an event, at most so long."""
        event.wait(seconds)


class OfferedStream(NamedTuple):
    """A stream that a sync can have: what must be kept of it. A source may offer thousands."""

    name: str
    retired: bool = False
    is_selectable: bool | None = None
    sub_streams: Sequence[str] | None = None
    retirement_details: RetirementDetails | None = None

    @classmethod
    def of(cls, told: AvailableSourceStream) -> OfferedStream:
        """Return it as Weld tells it."""
        subs = None if told.sub_streams is None else tuple(told.sub_streams)
        return cls(told.name, told.retired, told.is_selectable, subs, told.retirement_details)


class ReadCache:
    """Remembers the result of each read; threads that ask for the same wait for the first."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[float, Any]] = {}
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def get(self, key: str, load: Callable[[], T], max_age: float | None = None) -> T:
        """Return what ``load`` gave the first time, or gives now where that is older than ``max_age`` seconds."""
        with self._guard:
            lock = self._locks[key]
        with lock:
            held = self._values.get(key)
            if held is None or (max_age is not None and time.monotonic() - held[0] > max_age):
                held = (time.monotonic(), load())
                self._values[key] = held
            return cast(T, held[1])

    def peek(self, key: str) -> Any:
        held = self._values.get(key)
        return held[1] if held else None

    def forget(self, key: str) -> None:
        self._values.pop(key, None)


@dataclass
class SyncPlan:
    """What the program wants of a sync: on or off, and the names of its inline streams (None: not inline).

    ``triggers``: those of a sync that was just made without streams, for the streams to come.
    """

    enabled: bool
    inline: frozenset[str] | None
    triggers: Props = field(default_factory=dict)


@dataclass
class ProviderContext:
    """The state of one plugin process. No provider instance holds any."""

    settings: Settings
    #: Makes the client, whose errors show nothing that is hidden. Where nothing has changed nothing is asked, and HTTP
    #: and the models need not be loaded.
    connect: Callable[[SecretRegistry], WeldClient]
    reporter: Reporter = field(default_factory=Reporter)
    clock: Clock = field(default_factory=Clock)
    sync_plans: dict[str, SyncPlan] = field(default_factory=dict)
    #: Syncs of which this process knows that they are enabled.
    running: set[str] = field(default_factory=set)
    ownership: OwnershipRegistry = field(default_factory=OwnershipRegistry)
    pending_connections: PendingConnections = field(default_factory=PendingConnections)
    #: Connections that Connection resources of the program adopt, as far as this process has seen.
    adopting: set[str] = field(default_factory=set)
    #: Settings of syncs, and what the program says is secret.
    hidden: SecretRegistry = field(default_factory=SecretRegistry)
    #: Inputs of a resource, as a fingerprint -> the names of those that the program says are secret.
    secret_inputs: dict[str, list[str]] = field(default_factory=dict)
    #: Seconds for which a sync serves those who read it and its streams.
    fresh_for: float = 2.0
    lock: threading.RLock = field(default_factory=threading.RLock)
    _client: WeldClient | None = None
    #: Id -> the sync as :meth:`read_sync` told it last.
    _told: dict[str, EltSyncInfo] = field(default_factory=dict)
    _once: ReadCache = field(default_factory=ReadCache)
    _locks: defaultdict[str, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))

    def __post_init__(self) -> None:
        self.reporter.redact = self.hidden

    @property
    def client(self) -> WeldClient:
        """Weld's endpoints."""
        with self.lock:
            if self._client is None:
                self._client = self.connect(self.hidden)
            return self._client

    # May Weld be asked? ----------------------------------------------------------------------------------------

    def may_ask(self) -> bool:
        """Tell whether check may ask Weld; without a key that is said once."""
        if self.settings.validation != "full":
            return False
        if self.settings.api_key is None:
            self.reporter.warn(
                "there is no API key, so only the rules that need no network are checked. Set it with "
                "`pulumi config set --secret weld:apiKey` or WELD_API_KEY."
            )
            return False
        return True

    # Reads made once -------------------------------------------------------------------------------------------

    def integrations(self) -> list[IntegrationInfo]:
        """Return the integrations that may be sources."""
        return self._once.get("integrations", self.client.list_integrations)

    def connections(self, max_age: float | None = None) -> list[ConnectionInfo]:
        """Return all connections."""
        return self._once.get("connections", self.client.list_connections, max_age)

    def orchestrations(self) -> list[OrchestrationInfo]:
        """Return all orchestrations."""
        return self._once.get("orchestrations", self.client.list_orchestrations)

    def settings_schema(self, connection_id: str) -> dict[str, Any] | None:
        """Return the JSON Schema of the settings of a connection; None where Weld does not know the connection."""
        read = self.client.get_connection_settings
        return self._once.get(f"schema/{connection_id}", lambda: or_none(read, connection_id))

    def syncs_of(self, connection_id: str, max_age: float | None = None) -> list[EltSyncInfo]:
        """Return the syncs of a source connection."""
        # The filter is asked for, but not relied on.
        return self._once.get(
            f"syncs/{connection_id}",
            lambda: [s for s in self.client.list_syncs(connection_id) if s.source_connection_id == connection_id],
            max_age,
        )

    def all_syncs(self) -> list[EltSyncInfo]:
        """Return the syncs of all connections."""
        return self._once.get("syncs", self.client.list_syncs)

    def available_streams(self, sync_id: str) -> dict[str, OfferedStream]:
        """Return what streams a sync can have, by name."""

        def load() -> dict[str, OfferedStream]:
            return {told.name: OfferedStream.of(told) for told in self.client.list_available_streams(sync_id)}

        return self._once.get(f"available/{sync_id}", load)

    def read_sync(self, sync_id: str) -> EltSyncInfo:
        """Return a sync whose streams are resources too: as it is, or was just now when one of those was read.

        A refresh reads all at once. Who reads it a second time sees it anew.
        """
        sync = self._sync_of(sync_id)
        if sync is self._told.get(sync_id):
            self.forget(f"sync/{sync_id}")
            sync = self._sync_of(sync_id)
        self._told[sync_id] = sync
        return sync

    def _sync_of(self, sync_id: str) -> EltSyncInfo:
        return self._once.get(f"sync/{sync_id}", lambda: self.client.get_sync(sync_id), self.fresh_for)

    def streams_in(self, sync: EltSyncInfo) -> dict[str, EltStreamInfo]:
        """Return the streams of a sync by name: from its own answer if that carries them, else from their list."""
        listed = sync.source_streams if sync.source_streams is not None else self.client.list_streams(sync.id)
        return {stream.name: stream for stream in listed}

    def streams_of(self, sync_id: str) -> dict[str, EltStreamInfo]:
        """Return the streams of a sync by name. The dict is kept up to date by :meth:`note_known_streams`."""
        found = self.streams_or_none(sync_id)
        # Asked again, so that the error is that of this reader.
        return found if found is not None else self.streams_in(self.client.get_sync(sync_id))

    def streams_or_none(self, sync_id: str) -> dict[str, EltStreamInfo] | None:
        """Return the same; None where the sync is gone, which is asked once for all its streams."""

        def load() -> dict[str, EltStreamInfo] | None:
            if self.ownership.is_made(sync_id):  # so new that Weld may not find it yet
                return {stream.name: stream for stream in self.client.list_streams(sync_id)}
            sync = or_none(self._sync_of, sync_id)
            return None if sync is None else self.streams_in(sync)

        return self._once.get(f"streams/{sync_id}", load)

    def note_known_streams(self, sync_id: str, put: Iterable[EltStreamInfo] = (), removed: Iterable[str] = ()) -> None:
        """Tell the shared list of streams, if one was read, what this process has changed."""
        self.forget(f"sync/{sync_id}")
        held = self._once.peek(f"streams/{sync_id}")
        if held is None:
            return
        with self.lock:
            held.update({stream.name: stream for stream in put})
            for name in removed:
                held.pop(name, None)

    def forget(self, *keys: str) -> None:
        """Let the next reader ask Weld again."""
        for key in keys:
            self._once.forget(key)

    def lock_for(self, key: str) -> threading.RLock:
        """Return the lock under which threads of this process take turns on one thing."""
        with self.lock:
            return self._locks[key]

    # Words left for others -------------------------------------------------------------------------------------

    def plan_sync(self, sync_id: str, enabled: Any, streams: Any) -> None:
        """Note what the program wants of a sync; what of it is not known yet is left out."""
        names = [e.get("name") for e in streams if isinstance(e, dict)] if isinstance(streams, list) else []
        inline = None if streams is None else frozenset(name for name in names if isinstance(name, str))
        self.sync_plans[sync_id] = SyncPlan(enabled is True, inline)
