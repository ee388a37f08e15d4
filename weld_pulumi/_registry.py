"""The frozen door of stored stacks: a state file says ``weld_pulumi._registry.load`` and the name of a resource.

Keep this path and these names for ever: every stack that was ever deployed reads them back. The program only pickles a
:class:`ProviderReference`; the handlers behind it are imported where the engine runs them, in the plugin process.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pulumi.dynamic
from pulumi.dynamic.dynamic import serialize_provider

if TYPE_CHECKING:
    from .provider.dynamic import DynamicProvider

__all__ = ["OPTIONS", "SECRETS", "ProviderReference", "load", "pickled_reference"]

#: Beside the arguments: what of them is secret, as paths; beside the outputs: which arguments are. The engine tells no
#: dynamic provider.
SECRETS = "__secrets"
#: Beside the arguments: options of the resource that reach into a list. Of these it tells none either.
OPTIONS = "__options"


def load(name: str) -> DynamicProvider:
    """Return the provider of the resource ``name``: Connection, EltSync or SourceStream."""
    from .provider.dynamic import DynamicProvider

    return DynamicProvider(name)


class ProviderReference(pulumi.dynamic.ResourceProvider):
    """Stands for a provider in the program, and pickles as a reference to :func:`load`."""

    # It holds no secret, so it need not be encrypted in the state, once for each resource.
    serialize_as_secret_always = False

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (self._name,)


@cache
def pickled_reference(name: str) -> str:
    """Return what a program stores of the provider of the resource ``name``."""
    return str(serialize_provider(ProviderReference(name)))
