"""The provider context: what the resources of one plugin process share.

The engine starts one process for each provider resource and hands it the resources of the program one by one, in the
order of their dependencies. So a resource can leave here what those that come after it need. Provider instances hold
no state.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...api.redaction import SecretRegistry
from ...config import Settings
from .ownership import OwnershipRegistry
from .pending_connections import PendingConnections
from .read_cache import ReadCache
from .reporter import Reporter
from .secret_inputs import SecretInputs
from .sync_plans import SyncPlans

if TYPE_CHECKING:
    from ...api.client import WeldClient

__all__ = ["Clock", "ProviderContext"]


class Clock:
    """Time and waiting; tests pass one that does not wait."""

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait a number of seconds."""
        time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> None:
        """Wait for an event, at most a number of seconds."""
        event.wait(seconds)


@dataclass
class ProviderContext:
    """The state of one plugin process, in four parts: reads, ownership, pending connections and sync plans.

    Attributes:
        settings: key, URL and limits.
        connect: makes the client. Where nothing has changed nothing is sent, so HTTP and models need not be loaded.
        reporter: writes lines for the person who watches ``up``.
        clock: time and waiting.
        ownership: which resource of the stack manages which object of Weld.
        pending_connections: who waits for which authorization.
        plans: what the program wants of each sync.
        secrets: values that must not appear in any text.
        secret_inputs: which arguments are secret.
    """

    settings: Settings
    connect: Callable[[SecretRegistry], WeldClient]
    reporter: Reporter = field(default_factory=Reporter)
    clock: Clock = field(default_factory=Clock)
    ownership: OwnershipRegistry = field(default_factory=OwnershipRegistry)
    pending_connections: PendingConnections = field(default_factory=PendingConnections)
    plans: SyncPlans = field(default_factory=SyncPlans)
    secrets: SecretRegistry = field(default_factory=SecretRegistry)
    _client: WeldClient | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _locks: defaultdict[str, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))

    def __post_init__(self) -> None:
        self.reporter.redact = self.secrets
        self.secret_inputs = SecretInputs(self.secrets)
        self.reads = ReadCache(lambda: self.client, self.ownership.is_created)

    @property
    def client(self) -> WeldClient:
        """Weld's endpoints."""
        with self._lock:
            if self._client is None:
                self._client = self.connect(self.secrets)
            return self._client

    def may_ask(self) -> bool:
        """Tell whether check may send requests to Weld; warn once where there is no key."""
        if self.settings.validation != "full":
            return False
        if self.settings.api_key is None:
            self.reporter.warn(
                "there is no API key, so only the rules that need no network are checked. Set it with "
                "`pulumi config set --secret weld:apiKey` or WELD_API_KEY."
            )
            return False
        return True

    def lock_for(self, key: str) -> threading.RLock:
        """Return the lock under which threads of this process take turns on one object."""
        with self._lock:
            return self._locks[key]
