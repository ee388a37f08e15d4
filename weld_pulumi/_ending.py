"""Detect interpreter shutdown, so that worker threads stop starting new work."""

from __future__ import annotations

import concurrent.futures.thread
import threading

__all__ = ["process_is_ending"]


def process_is_ending() -> bool:
    """Return whether the main thread has ended, or is waiting for the worker threads in order to end.

    The engine interrupts a plugin with SIGINT. Its main thread then waits for its pool of worker threads, and counts as
    alive meanwhile; only the pool records that it waits.
    """
    return not threading.main_thread().is_alive() or bool(getattr(concurrent.futures.thread, "_shutdown", False))
