"""The provider reference in stored stacks: a state file holds ``weld_pulumi._registry.load`` and a resource's name.

Never change this path and these names: every deployed stack reads them back. The program only pickles a
:class:`ProviderReference`; the handlers are imported in the plugin process, where the engine calls them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pulumi.dynamic
from pulumi.dynamic.dynamic import serialize_provider

if TYPE_CHECKING:
    from .provider.dynamic import DynamicProvider

__all__ = ["OPTIONS", "SECRETS", "ProviderReference", "load", "pickled_reference"]

#: Among the inputs: paths of what is secret in them; among the outputs: names of secret arguments. The engine passes
#: neither to a dynamic provider.
SECRETS = "__secrets"
#: Among the inputs: resource options that reach into a list, which the engine does not pass either.
OPTIONS = "__options"


def load(name: str) -> DynamicProvider:
    """Return the provider of the resource ``name``: Connection, EltSync or SourceStream."""
    from .provider.dynamic import DynamicProvider

    return DynamicProvider(name)


class ProviderReference(pulumi.dynamic.ResourceProvider):
    """Represent a provider in the program; pickles as a reference to :func:`load`."""

    # It holds no secret, so it need not be encrypted in the state for each resource.
    serialize_as_secret_always = False

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (self._name,)


@cache
def pickled_reference(name: str) -> str:
    """Return what a program stores as the provider of the resource ``name``."""
    return str(serialize_provider(ProviderReference(name)))
