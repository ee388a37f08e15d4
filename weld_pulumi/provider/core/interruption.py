"""Has somebody stopped the run? Pulumi tells a dynamic provider nothing of it, so a long wait looks for the signs.

* Ctrl-C: the engine sends its plugins a Cancel and then waits for what is going on, however long that takes. Pulumi's
  dynamic provider answers the Cancel and forgets it.
* The engine was killed: its plugins stay, in a process group of their own. The parent of this process is a shell that
  stays too, so it tells nothing; the engine's own port does.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from ..._ending import process_is_ending
from ..pulumi_internals import engine_address, servicer

__all__ = ["cancelled", "end_orphan", "is_abandoned", "is_orphan", "watch_engine"]

T = TypeVar("T")

#: Set once the person has asked this run to end, which is then to end in good order.
cancelled = threading.Event()
#: Who drives a plugin without an engine gives any address: only an engine that was there can be gone.
_engine_was_there = threading.Event()


class _CancelPool(ThreadPoolExecutor):
    """Where gRPC runs the Cancel: a thread of its own, since all workers of the plugin may be waiting for people."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        cancelled.set()
        return super().submit(fn, *args, **kwargs)


def watch_engine() -> None:
    """Notice from now on when the engine sends a Cancel, or is gone; outside a plugin process this does nothing."""
    if _engine_answers():
        _engine_was_there.set()
    cancel = getattr(servicer(), "Cancel", None)
    if cancel is not None and not hasattr(cancel, "experimental_thread_pool"):
        # gRPC looks for a pool on the method, at each call.
        cancel.experimental_thread_pool = _CancelPool(1)


def is_orphan() -> bool:
    """Tell whether this process is alone: its engine is gone, or it is ending itself."""
    return process_is_ending() or _engine_is_gone()


def is_abandoned() -> bool:
    """Tell whether the engine is gone, and end this process then: the next run may be at work already.

    Unlike one that is ending in good order, such a process does not even clear up after itself: the next run knows
    what to do with what it finds, but not with what changes under its hands.
    """
    gone = _engine_is_gone()
    if gone:
        end_orphan()
    return gone


def _engine_is_gone() -> bool:
    return _engine_was_there.is_set() and _engine_answers() is False


def _engine_answers() -> bool | None:
    """Tell whether somebody listens at the engine's port; None where nothing tells."""
    host, _, port = (engine_address() or "").rpartition(":")
    if not host or not port.isdigit():
        return None
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return None
    return True


def end_orphan() -> None:
    """End a plugin process that nobody will ever ask anything again."""
    if servicer() is not None:
        os.kill(os.getpid(), signal.SIGINT)
