"""Which inputs of a resource are secret: the program knows, the plugin is told their paths beside the arguments.

A path is written as in a problem: ``label``, ``source_streams[1].name``, ``elt_settings.api.key``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pulumi

__all__ = ["arguments_of", "is_touched", "outputs_in", "secret_among", "values_at"]

Outputs = list[tuple[str, "pulumi.Output[Any]"]]


def outputs_in(arguments: Mapping[str, Any]) -> Outputs:
    """Return every output inside the arguments of a program: only these can be secret."""
    return [(path, value) for path, value in _parts(arguments) if isinstance(value, pulumi.Output)]


async def secret_among(outputs: Outputs) -> list[str]:
    """Return the paths of those that are secret, or hold something that is."""
    found: list[str] = []
    for path, output in outputs:
        if await output.is_secret():
            found.append(path)
        elif await output.is_known():
            held = await output.future()
            inside = outputs_in({path: held}) if isinstance(held, (Mapping, list, tuple)) else []
            found += await secret_among(inside)
    return found


def values_at(paths: Iterable[str], props: Mapping[str, Any]) -> list[Any]:
    """Return the values that stand at the paths."""
    wanted = set(paths)
    return [value for path, value in _parts(props) if path in wanted] if wanted else []


def arguments_of(paths: Iterable[str]) -> list[str]:
    """Return the arguments in which the paths lie."""
    return list(dict.fromkeys(re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths))


def is_touched(path: str, secrets: Iterable[str]) -> bool:
    """Tell whether a path is that of a secret, lies in one, or has one in it."""
    return any(path == each or _is_in(path, each) or _is_in(each, path) for each in secrets)


def _is_in(path: str, outer: str) -> bool:
    return path.startswith((f"{outer}.", f"{outer}["))


def _parts(props: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every value with its path; the inside of a dict or list after itself."""
    waiting: list[tuple[str, Any]] = list(props.items())
    for path, value in waiting:
        yield path, value
        if isinstance(value, Mapping):
            waiting.extend((f"{path}.{key}", item) for key, item in value.items())
        elif isinstance(value, (list, tuple)):
            waiting.extend((f"{path}[{index}]", item) for index, item in enumerate(value))
