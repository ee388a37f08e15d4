"""The environment variable WELD_TRACEBACK: ``1`` shows the traceback of an error instead of its text alone."""

from __future__ import annotations

import os

__all__ = ["wants_traceback"]


def wants_traceback() -> bool:
    """Tell whether the user asks for tracebacks."""
    return os.environ.get("WELD_TRACEBACK") == "1"
