"""``ignore_changes``, as the engine applies it: an ignored path keeps the value that Weld has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

__all__ = ["with_ignored"]

#: A step of a property path: ``name``, ``["name"]``, ``[0]``, ``[*]`` or ``*``.
_STEP = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|\.?([^.\[\]]+)')


def with_ignored(wanted: Mapping[str, Any], live: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return wanted arguments, with what is ignored as it is in the live ones.

    Args:
        wanted: the inputs of the last `up`.
        live: the inputs that would describe the object in Weld.
        paths: of the option ``ignore_changes``.
    """
    result = deepcopy(dict(wanted))
    for path in paths:
        _keep(result, live, list(_steps(path)))
    return result


def _steps(path: str) -> Iterator[str]:
    for quoted, index, name in _STEP.findall(path):
        yield quoted or index or name


def _keep(target: Any, live: Any, steps: list[str]) -> None:
    """Copy the value at a path from ``live`` into ``target``; remove it where ``live`` has none."""
    step, *rest = steps
    for key in _keys(target, live, step):
        if rest:
            if _has(target, key) and _has(live, key):
                _keep(target[key], live[key], rest)
        elif _has(live, key):
            if isinstance(target, dict) or _has(target, key):
                target[key] = deepcopy(live[key])
        elif isinstance(target, dict):
            target.pop(key, None)


def _keys(target: Any, live: Any, step: str) -> list[Any]:
    if isinstance(target, dict) and isinstance(live, Mapping):
        return list({**target, **live}) if step == "*" else [step]
    if isinstance(target, list) and isinstance(live, list):
        if step == "*":
            return list(range(len(target)))
        return [int(step)] if step.isdigit() else []
    return []


def _has(value: Any, key: Any) -> bool:
    return key < len(value) if isinstance(value, list) else isinstance(value, Mapping) and key in value
