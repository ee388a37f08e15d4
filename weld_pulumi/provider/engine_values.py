"""Translation of property values between the engine and the handlers, and values that neither can represent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .._registry import OPTIONS
from .._text import has_half_character
from ..pulumi_internals import Unknown, new_unknown
from ..schema.values import UNKNOWN, plain_number
from .core.handler import PRIVATE_STATE

__all__ = ["from_engine", "to_engine", "unfit"]

#: Deeper than any settings, and far below Python's own recursion limit.
_MAX_DEPTH = 64


def from_engine(props: Mapping[str, Any]) -> dict[str, Any]:
    """Translate properties from the engine, without its own entries."""
    return {
        key: _from_engine(value)
        for key, value in props.items()
        if not key.startswith("__") or key in (PRIVATE_STATE, OPTIONS)
    }


def to_engine(props: Mapping[str, Any]) -> dict[str, Any]:
    """Translate properties for the engine."""
    return {key: _to_engine(value) for key, value in props.items() if value is not None}


def _from_engine(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _from_engine(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_engine(item) for item in value]
    return plain_number(value)


def _to_engine(value: Any) -> Any:
    if value is UNKNOWN:
        return new_unknown()
    if isinstance(value, dict):
        return {key: _to_engine(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_engine(item) for item in value]
    return value


def unfit(value: Any) -> str | None:
    """Return why a value of the program cannot be sent, whatever argument it is for; None where it can."""
    level = [value]
    for _ in range(_MAX_DEPTH + 1):
        inside: list[Any] = []
        for item in level:
            if isinstance(item, str):
                if has_half_character(item):
                    return "contains half a character (a lone surrogate); write the whole character"
            elif isinstance(item, float):
                if not math.isfinite(item):
                    return "contains NaN or infinity; write a finite number"
            elif isinstance(item, dict):
                inside.extend(item)
                inside.extend(item.values())
            elif isinstance(item, list):
                inside.extend(item)
        if not inside:
            return None
        level = inside
    return f"is nested more than {_MAX_DEPTH} levels deep"
