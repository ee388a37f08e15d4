"""Set-up of the plugin process: the contexts that its resources share, their handlers, and garbage collection."""

from __future__ import annotations

import gc
import threading
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING

from .._ending import process_is_ending
from ..api.retries import Backoff, interruptible
from ..config import Settings
from ..pulumi_internals import is_plugin
from .core.context import ProviderContext
from .core.handler import Handler
from .core.interruption import cancelled, end_if_abandoned
from .core.ownership import OwnershipRegistry
from .core.reporter import Reporter
from .stack_state import StackState

if TYPE_CHECKING:
    from ..api.client import WeldClient
    from ..api.redaction import SecretRegistry

__all__ = ["collect_garbage_less_often", "load_handler", "new_context", "shared_context"]

#: Resource -> its package. A handler is imported only if the program has such a resource: that of Connection takes
#: 20 ms, for its web server.
_PACKAGES = {
    "Connection": "connection",
    "EltSync": "elt_sync",
    "EltSyncRun": "elt_sync_run",
    "SourceStream": "source_stream",
}
#: Number of new objects, some 10 MB of them, after which garbage is collected.
_GARBAGE_THRESHOLD = 50_000
_contexts_lock = threading.Lock()


def load_handler(name: str) -> type[Handler]:
    """Import the handler of the resource ``name``.

    Raises:
        LookupError: there is no such resource in this version.
    """
    if name not in _PACKAGES:
        raise LookupError(f"weld_pulumi has no resource {name!r}; see whether there is a newer weld-pulumi")
    module = import_module(f".{_PACKAGES[name]}.handler", __package__)
    handler: type[Handler] = getattr(module, f"{name}Handler")
    return handler


def new_context(settings: Settings) -> ProviderContext:
    """Return a context that shares nothing with others."""
    reporter = Reporter()
    ownership = OwnershipRegistry(StackState(reporter.warn))
    return ProviderContext(settings, partial(_connect, settings), reporter, ownership=ownership)


_kept_context = cache(new_context)


def shared_context(settings: Settings) -> ProviderContext:
    """Return the context that all resources with these settings share in this process."""
    with _contexts_lock:
        return _kept_context(settings)


def _connect(settings: Settings, secrets: SecretRegistry) -> WeldClient:
    """Return a client. HTTP and models are imported here, which saves 0.2 s where nothing is requested of Weld."""
    from ..api.client import WeldClient
    from ..api.transport import Transport

    collect_garbage_less_often()
    backoff = Backoff(interruptible(lambda: process_is_ending() or cancelled.is_set()))
    return WeldClient(settings, Transport(settings, backoff, end_if_abandoned, secrets))


def collect_garbage_less_often() -> None:
    """Exempt from garbage collection what the plugin process has loaded, and collect the rest rarely.

    What is loaded stays until the process ends, and none of the thousands of streams of a sync is garbage. Saves 0.15 s
    of a command with 5,000 streams, and another 0.15 s when the process exits, for which each command waits.
    """
    if is_plugin():
        gc.freeze()
        gc.set_threshold(_GARBAGE_THRESHOLD)
