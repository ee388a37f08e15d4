"""Paths of property values: ``label``, ``source_streams[1].name``, ``elt_settings.api.key``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["arguments_of", "overlaps_any", "values_at", "walk"]


def walk(props: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every value with its path, each dict and list before its contents."""
    waiting: list[tuple[str, Any]] = list(props.items())
    for path, value in waiting:
        yield path, value
        if isinstance(value, Mapping):
            waiting.extend((f"{path}.{key}", item) for key, item in value.items())
        elif isinstance(value, (list, tuple)):
            waiting.extend((f"{path}[{index}]", item) for index, item in enumerate(value))


def values_at(paths: Iterable[str], props: Mapping[str, Any]) -> list[Any]:
    """Return the values at the paths."""
    wanted = set(paths)
    return [value for path, value in walk(props) if path in wanted] if wanted else []


def arguments_of(paths: Iterable[str]) -> list[str]:
    """Return the names of the arguments that contain the paths."""
    return list(dict.fromkeys(re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths))


def overlaps_any(path: str, others: Iterable[str]) -> bool:
    """Tell whether a path equals another one, lies inside it or contains it."""
    return any(path == other or _is_inside(path, other) or _is_inside(other, path) for other in others)


def _is_inside(path: str, outer: str) -> bool:
    return path.startswith((f"{outer}.", f"{outer}["))
