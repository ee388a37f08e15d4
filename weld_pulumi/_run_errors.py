"""Presentation of errors in a Pulumi program: their text alone, or with WELD_TRACEBACK=1 the whole traceback."""

from __future__ import annotations

import os

import pulumi

from .errors import WeldError

__all__ = ["show_without_traceback"]


def show_without_traceback() -> None:
    """Make every WeldError a pulumi.RunError: Pulumi prints the text of those, and a traceback of all others.

    ``except weld.WeldError`` in a program requires that it is the error itself, not another one in its place.
    """
    if os.environ.get("WELD_TRACEBACK") != "1" and not issubclass(WeldError, pulumi.RunError):
        WeldError.__bases__ += (pulumi.RunError,)
