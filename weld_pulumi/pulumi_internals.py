"""What this package uses of Pulumi beyond its documented interface: the file to open when Pulumi changes."""

from __future__ import annotations

import sys

__all__ = ["current_urn"]

#: How many callers may lie between Pulumi's servicer and the one who asks.
_FRAMES = 12


def current_urn() -> str:
    """Return the URN of the resource that the engine is asking about in this thread; "" outside such a call.

    Pulumi hands a dynamic provider no URN (pulumi/pulumi#9434), but the request that carries it is a local variable of
    the servicer's method that calls the provider.
    """
    frame = sys._getframe(1)
    for _ in range(_FRAMES):
        urn = getattr(frame.f_locals.get("request"), "urn", None)
        if isinstance(urn, str):
            return urn
        if frame.f_back is None:
            break
        frame = frame.f_back
    return ""
