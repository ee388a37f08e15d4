"""Arguments that the program declares secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._property_paths import arguments_of, values_at
from ..._registry import SECRETS
from ...api.redaction import SecretRegistry
from ...schema.attributes import Props, Schema
from ...schema.values import fingerprint

__all__ = ["SecretInputs"]


class SecretInputs:
    """Which arguments of each resource are secret. Several threads may use it.

    The engine does not pass this to a dynamic provider. The program therefore adds the paths of secret values to the
    inputs that are checked. Create and update look them up by the checked inputs, and the outputs store the names of
    the arguments for operations without the program.

    Invariant: the values of secret arguments are in the secret registry before a handler can quote them.

    Args:
        registry: values that must not appear in any text.
    """

    def __init__(self, registry: SecretRegistry) -> None:
        self._registry = registry
        #: Fingerprint of checked inputs -> the names of the secret arguments.
        self._arguments: dict[str, list[str]] = {}

    def mark_given(self, paths: list[str], given: Mapping[str, Any]) -> None:
        """Register the values at the paths, as the program wrote them."""
        self._registry.mark(values_at(paths, given))

    def mark_canonical(self, paths: list[str], schema: Schema, olds: Props, given: Props) -> None:
        """Register what else a message about these arguments may quote: the canonical form, and the last inputs."""
        canonical, _ = schema.canonical(given)
        # Only whole arguments: lists may have another order in canonical form.
        self._registry.mark([canonical.get(path) for path in paths])
        self._registry.mark([olds.get(name) for name in arguments_of(paths)])

    def mark_stored(self, outs: Mapping[str, Any]) -> list[str]:
        """Register the arguments that were secret in the last run; return their names."""
        names: list[str] = outs.get(SECRETS) or []
        self._registry.mark(values_at(names, outs))
        return names

    def note(self, paths: list[str], inputs: Props) -> None:
        """Remember which arguments of these checked inputs are secret."""
        self._arguments[_fingerprint(inputs)] = arguments_of(paths)

    def arguments(self, inputs: Props) -> list[str]:
        """Return the names of the arguments that were secret when these inputs were checked."""
        return self._arguments.get(_fingerprint(inputs), []) if self._arguments else []


def _fingerprint(inputs: Props) -> str:
    given = {name: value for name, value in inputs.items() if value is not None and not name.startswith("__")}
    return fingerprint([given])
