"""Detect interpreter shutdown, so that worker threads of the plugin stop starting new work."""

from __future__ import annotations

import concurrent.futures.thread
import threading

__all__ = ["process_is_ending"]


def process_is_ending() -> bool:
    """Tell whether the main thread has ended, or waits for the worker threads in order to end.

    The engine interrupts a plugin with SIGINT. Its main thread then waits for the pool of worker threads, and counts as
    alive while it waits; only an undocumented variable of the pool's module shows that it does.
    """
    return not threading.main_thread().is_alive() or bool(getattr(concurrent.futures.thread, "_shutdown", False))
