"""Keeps out of a program what does not belong into one: settings of a source that may be secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...lifecycle.sync_settings import as_declared

__all__ = ["without_secrets"]

_SECRET_NAME = re.compile(r"passw|secret|token|api_?key|credential|private_?key", re.IGNORECASE)


def without_secrets(settings: Any, schema: Any, path: str = "") -> tuple[dict[str, Any], list[str]]:
    """Return the settings that may be written down, and the paths of those that were left out.

    Left out is what Weld's schema calls a password or write-only, what Weld shows masked, and what its name gives away.
    """
    kept: dict[str, Any] = {}
    left_out: list[str] = []
    for key, value in settings.items() if isinstance(settings, Mapping) else ():
        here, part = f"{path}{key}", _schema_of(schema, key)
        if _SECRET_NAME.search(key) or _is_secret(part) or _is_secret(part.get("items")) or _is_masked(value):
            left_out.append(here)
        elif isinstance(value, Mapping):
            inside, out = without_secrets(value, part, f"{here}.")
            left_out += out
            if inside or not out:
                kept[key] = inside
        else:
            kept[key] = value
    return kept, left_out


def _schema_of(schema: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(schema, Mapping):
        return {}
    properties = schema.get("properties")
    found = properties.get(key) if isinstance(properties, Mapping) else None
    found = schema.get("additionalProperties") if found is None else found
    return found if isinstance(found, Mapping) else {}


def _is_secret(schema: Any) -> bool:
    return isinstance(schema, Mapping) and (schema.get("format") == "password" or schema.get("writeOnly") is True)


def _is_masked(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_masked, value))
    # What means the same as any text is a mask.
    return isinstance(value, str) and value != "" and as_declared("", value) == ""
