"""Property values as the engine sends them and as the handlers know them, and which can be neither."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pulumi.output import Unknown

from .._registry import OPTIONS
from ..schema.values import UNKNOWN
from .core.handler import PRIVATE_STATE

__all__ = ["from_engine", "to_engine", "unfit"]

#: Deeper than any settings are, and far from Python's own limit.
_DEEPEST = 64


def from_engine(props: Mapping[str, Any]) -> dict[str, Any]:
    """Translate what the engine sends: its unknowns are ours, and its own entries are none of our business."""
    return {
        key: _known(value)
        for key, value in props.items()
        if not key.startswith("__") or key in (PRIVATE_STATE, OPTIONS)
    }


def to_engine(props: Mapping[str, Any]) -> dict[str, Any]:
    """Translate what the engine gets."""
    return {key: _engine_value(value) for key, value in props.items() if value is not None}


def unfit(value: Any) -> str | None:
    """Say why a value of the program can be sent nowhere, whatever argument it is for; None where it can."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        inside: list[Any] = []
        for item in level:
            if isinstance(item, str):
                if not (item.isascii() or _encodable(item)):
                    return "holds a text with half a character in it (a lone surrogate)"
            elif isinstance(item, float):
                if not math.isfinite(item):
                    return "holds a number that is none (NaN or infinity); write a finite one"
            elif isinstance(item, dict):
                inside.extend(item)
                inside.extend(item.values())
            elif isinstance(item, list):
                inside.extend(item)
        if not inside:
            return None
        level = inside
    return f"is nested more than {_DEEPEST} levels deep"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _known(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        # Most are texts, and there can be thousands of them.
        return {key: item if isinstance(item, str) else _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)  # the engine hands every number over as a float
    return value


def _engine_value(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if value is UNKNOWN:
        return Unknown()  # type: ignore[no-untyped-call]
    if isinstance(value, dict):
        return {key: _engine_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_engine_value(item) for item in value]
    return value
