"""Is this process about to end? Worker threads of the plugin ask, so as not to begin anything new then."""

from __future__ import annotations

import concurrent.futures.thread
import threading

__all__ = ["process_is_ending"]


def process_is_ending() -> bool:
    """Tell whether the main thread has ended, or waits for the worker threads in order to end.

    The engine interrupts a plugin with SIGINT. Its main thread then waits for its pool of worker threads, and while it
    waits it counts as alive; that it does, only the pool itself notes.
    """
    return not threading.main_thread().is_alive() or bool(getattr(concurrent.futures.thread, "_shutdown", False))
