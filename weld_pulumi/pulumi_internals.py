"""Everything that this package uses of Pulumi beyond its documented interface: the file to open when Pulumi changes.

Each function has a canary in ``tests/process/test_pulumi_internals.py`` that fails when Pulumi's code is no longer as
assumed here. A program imports this module too, so it imports nothing that ``pulumi`` itself does not. The one use of
undocumented Python behavior is in :mod:`weld_pulumi._ending`, because the API client must not import Pulumi.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import pulumi
from pulumi.dynamic import dynamic
from pulumi.output import Unknown
from pulumi.runtime import config

__all__ = [
    "PACKAGE",
    "PROVIDER_KEY",
    "Unknown",
    "current_urn",
    "end_plugin",
    "engine_address",
    "is_config_secret",
    "is_plugin",
    "log_live",
    "new_unknown",
    "omit_tracebacks",
    "on_cancel",
    "print_without_traceback",
    "register_dynamic",
    "serialize_provider",
    "servicer",
    "show_as",
]

T = TypeVar("T")

# In the program: the SDK -------------------------------------------------------------------------------------------

#: The package of all dynamic resources in Python: part of their type tokens, and the type of an explicit provider.
PACKAGE = "pulumi-python"
#: The input in which a dynamic resource carries its serialized provider.
PROVIDER_KEY: str = dynamic.PROVIDER_KEY


def serialize_provider(provider: pulumi.dynamic.ResourceProvider) -> str:
    """Return what a dynamic resource carries in the input ``PROVIDER_KEY``."""
    return str(dynamic.serialize_provider(provider))


def register_dynamic(
    resource: pulumi.dynamic.Resource,
    name: str,
    provider: str,
    props: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    secret_outputs: list[str],
) -> None:
    """Register a dynamic resource whose provider is already serialized.

    Calls the constructor of CustomResource, past that of ``dynamic.Resource``, which only serializes the provider. The
    SDK finds the line of the program that creates a resource by counting constructors; one more, and it would report a
    line of this package.

    Args:
        resource: the resource, from its constructor.
        name: of the resource in the stack.
        provider: the serialized provider.
        props: arguments, and None for each output.
        opts: the resource options; changed in place.
        secret_outputs: names of secret outputs. The SDK reads this very list once all properties are resolved, so a
            coroutine among the properties may still add to it.
    """
    opts.additional_secret_outputs = secret_outputs
    constructor = super(pulumi.dynamic.Resource, resource).__init__
    constructor(f"{PACKAGE}:{resource._resource_type_name}", name, {PROVIDER_KEY: provider, **props}, opts)


def is_config_secret(key: str) -> bool:
    """Tell whether a configuration value, such as ``weld:apiKey``, is stored as a secret."""
    return config.is_config_secret(key)


def print_without_traceback(error: type[Exception]) -> None:
    """Make Pulumi print only the text of errors of a class that a program does not catch.

    Pulumi does so for ``pulumi.RunError`` and prints a traceback of all others. As a base that is added, rather than a
    RunError raised instead, it leaves ``except`` clauses of the program as they are.

    Args:
        error: the class. Its first base must be another class of Python, not a built-in one.
    """
    if not issubclass(error, pulumi.RunError):
        error.__bases__ += (pulumi.RunError,)


# In the plugin: property values ------------------------------------------------------------------------------------


def new_unknown() -> Unknown:
    """Return a value that the engine takes for unknown; those that it sends are ``Unknown`` too."""
    return Unknown()  # type: ignore[no-untyped-call]


# In the plugin: the process ----------------------------------------------------------------------------------------

#: Maximum number of callers between the servicer of Pulumi and `current_urn`.
_FRAMES = 12


def servicer() -> Any:
    """Return the class that serves the engine in a plugin process; None in any other process."""
    return getattr(sys.modules.get("__main__"), "DynamicResourceProviderServicer", None)


def is_plugin() -> bool:
    """Tell whether the engine started this process."""
    return servicer() is not None


def engine_address() -> str | None:
    """Return the host and port at which the engine serves its plugins."""
    return sys.argv[1] if is_plugin() and len(sys.argv) > 1 else None


def current_urn() -> str:
    """Return the URN of the resource that this thread handles for the engine; "" outside such a call.

    Pulumi passes no URN to a dynamic provider (pulumi/pulumi#9434), but the request that contains it is a local
    variable of the servicer's method that calls the provider.
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


class _CancelPool(ThreadPoolExecutor):
    """A thread of its own for Cancel: all worker threads of the plugin may be waiting for people."""

    def __init__(self, cancelled: Callable[[], object]) -> None:
        super().__init__(1)
        self._cancelled = cancelled

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        self._cancelled()
        return super().submit(fn, *args, **kwargs)


def on_cancel(cancelled: Callable[[], object]) -> None:
    """Call a function when the engine sends Cancel; outside a plugin process this does nothing.

    Pulumi's servicer answers Cancel and does nothing else. gRPC looks for a thread pool on the method at each call.
    """
    cancel = getattr(servicer(), "Cancel", None)
    if cancel is not None and not hasattr(cancel, "experimental_thread_pool"):
        cancel.experimental_thread_pool = _CancelPool(cancelled)


def end_plugin() -> None:
    """End a plugin process that nobody will use again; outside a plugin process this does nothing.

    The servicer's main thread stops the server on SIGINT.
    """
    if is_plugin():
        os.kill(os.getpid(), signal.SIGINT)


def omit_tracebacks() -> None:
    """Make the servicer send errors to the engine without their traceback: it sends ``traceback.format_exc()``."""
    if is_plugin():
        sys.tracebacklimit = 0


def show_as(name: str) -> Callable[[type[T]], type[T]]:
    """Make an exception that is raised in the plugin reach the user as ``name: text``.

    The text that the servicer sends begins with the class and its module; Python omits the module of a built-in class.
    """

    def rename(error: type[T]) -> type[T]:
        error.__module__, error.__qualname__ = "builtins", name
        return error

    return rename


def log_live(text: str, urn: str | None) -> bool:
    """Show a line beside a resource while `pulumi` runs; the diagnostics at the end do not repeat it.

    Returns:
        Whether the engine accepted it.
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
