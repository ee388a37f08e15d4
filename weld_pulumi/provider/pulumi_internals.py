"""What this package uses of Pulumi beyond its documented interface: the file to open when Pulumi changes."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

__all__ = ["current_urn", "engine_address", "is_plugin", "log_live", "servicer"]

#: How many callers may lie between Pulumi's servicer and the one who asks.
_FRAMES = 12


def servicer() -> Any:
    """Return the class that serves the engine in a plugin process."""
    return getattr(sys.modules.get("__main__"), "DynamicResourceProviderServicer", None)


def is_plugin() -> bool:
    """Tell whether the engine started this process."""
    return servicer() is not None


def engine_address() -> str | None:
    """Return host and port at which the engine serves its plugins."""
    return sys.argv[1] if is_plugin() and len(sys.argv) > 1 else None


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


def log_live(text: str, urn: str | None) -> bool:
    """Show a line beside a resource while `pulumi` runs; the diagnostics at the end do not repeat it.

    Returns:
        Whether the engine took it.
    """
    address = engine_address()
    if address is None:
        return False
    import grpc  # type: ignore[import-untyped]
    from pulumi.runtime.proto import engine_pb2

    request = engine_pb2.LogRequest(severity=engine_pb2.INFO, message=text, urn=urn or "", ephemeral=True)
    try:
        _engine(address).Log(request, timeout=10)
    except grpc.RpcError:
        return False
    return True


@cache
def _engine(address: str) -> Any:
    import grpc
    from pulumi.runtime.proto import engine_pb2_grpc

    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))
