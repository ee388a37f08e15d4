"""Secret values among the arguments of a program. The engine passes no secrecy on, so the program does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from .._property_paths import arguments_of, walk

__all__ = ["secret_paths"]

Outputs = list[tuple[str, "pulumi.Output[Any]"]]


def secret_paths(
    arguments: Mapping[str, Any], found: Callable[[list[str]], None]
) -> pulumi.Output[list[str] | None] | None:
    """Return the paths of secret values in the arguments; None where there can be none.

    Args:
        arguments: as the program wrote them.
        found: called with the names of the arguments that contain secrets, before the paths are known to the SDK.
    """
    outputs = _outputs_in(arguments)
    if not outputs:
        return None

    async def paths() -> list[str] | None:
        secret = await _secret_among(outputs)
        found(arguments_of(secret))
        return secret or None

    async def is_known() -> bool:
        return True

    return pulumi.Output(set(), paths(), is_known())


def _outputs_in(arguments: Mapping[str, Any]) -> Outputs:
    """Return every output inside the arguments with its path: only outputs can be secret."""
    return [(path, value) for path, value in walk(arguments) if isinstance(value, pulumi.Output)]


async def _secret_among(outputs: Outputs) -> list[str]:
    """Return the paths of the outputs that are secret or contain something secret."""
    found: list[str] = []
    for path, output in outputs:
        if await output.is_secret():
            found.append(path)
        elif await output.is_known():
            held = await output.future()
            inside = _outputs_in({path: held}) if isinstance(held, (Mapping, list, tuple)) else []
            found += await _secret_among(inside)
    return found
