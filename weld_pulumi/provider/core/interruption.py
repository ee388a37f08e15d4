"""Detect that the run was stopped. Pulumi does not notify a dynamic provider, so a long wait checks for it.

* Ctrl-C: the engine sends Cancel to its plugins and then waits for the operations in progress, however long they take.
* The engine was killed: its plugins keep running, in a process group of their own. Their parent is a shell that keeps
  running too, so only the engine's port shows that it is gone.
"""

from __future__ import annotations

import socket
import threading

from ..._ending import process_is_ending
from ...pulumi_internals import end_plugin, engine_address, on_cancel

__all__ = ["cancelled", "end_if_abandoned", "end_orphan", "is_orphan", "watch_engine"]

#: Set once a person has cancelled the run, which then ends in good order.
cancelled = threading.Event()
#: Tests may pass a dummy engine address, so the engine counts as gone only after it has been reached once.
_engine_was_reached = threading.Event()


def watch_engine() -> None:
    """Start to detect a Cancel of the engine and its end; outside a plugin process this does nothing."""
    if _engine_answers():
        _engine_was_reached.set()
    on_cancel(cancelled.set)


def is_orphan() -> bool:
    """Tell whether the engine is gone, or this process is ending."""
    return process_is_ending() or _engine_is_gone()


def end_if_abandoned() -> bool:
    """End this process if the engine is gone, since the next run may already be working; return whether it is.

    Unlike a cancelled run, such a process does not even clean up: the next run can handle what it finds, but not what
    changes while it works.
    """
    gone = _engine_is_gone()
    if gone:
        end_orphan()
    return gone


def end_orphan() -> None:
    """End a plugin process that no engine will use again."""
    end_plugin()


def _engine_is_gone() -> bool:
    return _engine_was_reached.is_set() and _engine_answers() is False


def _engine_answers() -> bool | None:
    """Tell whether the engine's port accepts connections; None where that cannot be determined."""
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
