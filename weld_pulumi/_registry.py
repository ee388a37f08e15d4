"""The frozen reference of stored stacks: a state contains ``weld_pulumi._registry.load`` and the name of a resource.

This path and these names are permanent, because every stack that was ever deployed is read back through them. The
program pickles only a :class:`ProviderReference`; the handlers are imported in the plugin process.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pulumi.dynamic

from .pulumi_internals import serialize_provider

if TYPE_CHECKING:
    from .provider.dynamic import DynamicProvider

__all__ = ["OPTIONS", "PATTERNS", "SECRETS", "ProviderReference", "load", "pickled_reference"]

#: Among the inputs: the paths of secret values. Among the outputs: the names of secret arguments. The engine passes
#: neither to a dynamic provider.
SECRETS = "__secrets"
#: Among the inputs: resource options that reach into a list, which the engine does not pass either.
OPTIONS = "__options"
#: Among the checked inputs of an EltSync, for commands that read the state: the patterns and exclusions of
#: ``source_streams`` as the program wrote them. The provider replaces them by the streams that they match.
PATTERNS = "__patterns"


def load(name: str) -> DynamicProvider:
    """Return the provider of the resource ``name``: Connection, EltSync or SourceStream."""
    from .provider.dynamic import DynamicProvider

    return DynamicProvider(name)


class ProviderReference(pulumi.dynamic.ResourceProvider):
    """Take the place of a provider in the program, and pickle as a call of :func:`load`."""

    # It contains no secret, so the state need not encrypt it once for each resource.
    serialize_as_secret_always = False

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (self._name,)


@cache
def pickled_reference(name: str) -> str:
    """Return the serialized reference to the provider of the resource ``name``."""
    return serialize_provider(ProviderReference(name))
