"""Check ``elt_settings`` against the JSON Schema that Weld returns for the connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .problems import Problem, WholeProblem, show
from .suggest import did_you_mean

_MISSPELLED = 10  # are reported at most

# Keywords that reject nothing if there are no settings.
_IDLE = {
    *("$schema", "$id", "$comment", "title", "description", "default", "examples", "definitions", "$defs"),
    *("properties", "patternProperties", "additionalProperties", "dependencies"),
}


def settings_problems(
    schema: Mapping[str, Any], settings: Mapping[str, Any] | None, is_unknown: Callable[[object], bool]
) -> list[Problem]:
    """Return every problem with the settings, sorted by path.

    A schema that cannot be used (another dialect, invalid, too large) rejects nothing: Weld's own page might send the
    settings all the same. No reason quotes a value of the settings, since they may be secret.

    Args:
        schema: the JSON Schema that Weld returns for the connection, draft-07 or 2020-12.
        settings: the argument; None (omitted) is checked for what is required.
        is_unknown: returns True for a value that is not known yet; it counts as given and is not checked.
    """
    given = {} if settings is None else settings
    if not given and _requires_nothing(schema):
        return []
    if is_unknown(given):
        return []
    from .settings_validation import validate  # loads jsonschema

    try:
        found = validate(schema, given, is_unknown)
    except Exception:  # whatever Weld's schema makes jsonschema do, a preview goes on
        return []
    return [WholeProblem(_path(steps), reason) for steps, reason in sorted(found)]


def misspelled_settings(schema: object, settings: object, path: str = "elt_settings") -> list[Problem]:
    """Return the keys that resemble a setting in Weld's schema which is not given, and that are not in it themselves.

    They may be intended, since the schema allows other keys. Where it does not, `settings_problems` rejects them.
    """
    named = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping) or not isinstance(named, Mapping) or not isinstance(settings, Mapping):
        return []
    is_open = schema.get("additionalProperties") is not False and "patternProperties" not in schema
    found: list[Problem] = []
    for key, value in settings.items():
        if key in named:
            found += misspelled_settings(named[key], value, f"{path}.{key}")
        elif is_open and (advice := did_you_mean(key, named.keys() - settings.keys())):
            found.append(WholeProblem(f"{path}.{key}", f"is not a setting in Weld's schema; {advice}"))
    return found[:_MISSPELLED]


def _requires_nothing(schema: Mapping[str, Any]) -> bool:
    """Return whether a schema plainly requires no setting, so that jsonschema need not be loaded to find out."""
    requiring = {key: part for key, part in schema.items() if key not in _IDLE and part != []}
    return requiring in ({}, {"type": "object"})


def _path(steps: Iterable[str | int]) -> str:
    path = "elt_settings"
    for step in steps:
        plain = isinstance(step, str) and re.fullmatch(r"[\w-]{1,100}", step)
        path += f".{step}" if plain else f"[{step if isinstance(step, int) else show(step)}]"
    return path
