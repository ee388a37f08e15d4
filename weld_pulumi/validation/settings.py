"""``elt_settings`` against the JSON Schema that Weld gives for the connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .problems import Problem, WholeProblem, show
from .suggest import did_you_mean

_DEPTH, _PARTS = 60, 50_000  # of a schema that is checked; an offer of thousands of choices is well within
_HINTS = 10
_DIALECT = re.compile(r"https?://json-schema\.org/draft[-/](07|2020-12)/schema#?")


def settings_problems(
    schema: Mapping[str, Any], settings: Mapping[str, Any] | None, is_unknown: Callable[[object], bool]
) -> list[Problem]:
    """Return every problem with the settings, sorted by path.

    A schema that cannot be used (another dialect, invalid, without end) refuses nothing: Weld's own page might send
    the settings all the same. No reason holds a value of the settings, since they may be secret.

    Args:
        schema: the JSON Schema that Weld gives for the connection, draft-07 or 2020-12.
        settings: the argument; None (left out) is checked for what is required.
        is_unknown: tells a value that is not known yet; it counts as given and is not checked.
    """
    given = {} if settings is None else settings
    if not given and _asks_for_nothing(schema):
        return []
    try:
        found = [] if is_unknown(given) else _errors(schema, given, is_unknown)
    except Exception:  # the schema is not ours: whatever it does, a preview goes on
        return []
    return [WholeProblem(path, reason) for _, path, reason in sorted(found)]


def misspelled_settings(schema: object, settings: object, path: str = "elt_settings") -> list[Problem]:
    """Return the keys that Weld's schema does not name, but that resemble one it names and that is not given.

    These may be meant: the schema takes other keys too. Where it takes none, `settings_problems` refuses them.
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
            found.append(WholeProblem(f"{path}.{key}", f"is not a setting that Weld names here; {advice}"))
    return found[:_HINTS]


# Keywords that refuse no settings where there are none.
_ANNOTATIONS = {"$schema", "$id", "$comment", "title", "description", "default", "examples", "definitions", "$defs"}
_IDLE = _ANNOTATIONS | {"properties", "patternProperties", "additionalProperties", "dependencies"}


def _asks_for_nothing(schema: Mapping[str, Any]) -> bool:
    """Tell whether a schema plainly takes no settings at all, so that jsonschema need not be loaded to find out."""
    asking = {key: part for key, part in schema.items() if key not in _IDLE and part != []}
    return asking in ({}, {"type": "object"})


_Found = tuple[tuple[tuple[int, str], ...], str, str]


def _errors(schema: Mapping[str, Any], settings: object, is_unknown: Callable[[object], bool]) -> Iterable[_Found]:
    from jsonschema import validators
    from referencing.jsonschema import EMPTY_REGISTRY

    from .settings_rules import Rules

    dialect = _DIALECT.fullmatch(str(schema.get("$schema", "http://json-schema.org/draft-07/schema#")))
    if not dialect:
        return []
    base: Any = validators.Draft7Validator if dialect[1] == "07" else validators.Draft202012Validator
    cleaned = _cleaned(schema, iter(range(_PARTS)))
    base.check_schema(cleaned, format_checker=None)  # a pattern may be legal in JavaScript only
    keywords = Rules(is_unknown, settings).over(base.VALIDATORS)
    extend: Any = validators.extend  # which has no types
    validator = extend(base, keywords)(cleaned, registry=EMPTY_REGISTRY)  # this registry fetches nothing
    return {
        (tuple(map(_place, error.path)), _path(error.path), str(error.message))
        for error in validator.iter_errors(settings)
    }


def _cleaned(schema: Any, left: Iterator[int], depth: int = 0) -> Any:
    """Take out choices that Weld left empty, and dialects of parts, at which jsonschema would fall back on its own."""
    if not isinstance(schema, (list, Mapping)):
        return schema
    if depth > _DEPTH or next(left, None) is None:
        raise ValueError("the schema is too large")
    if isinstance(schema, list):
        return [_cleaned(part, left, depth + 1) for part in schema]
    dropped = {"$schema": str, "anyOf": list, "oneOf": list}
    kept = {key: part for key, part in schema.items() if not _is_dropped(part, dropped.get(key))}
    return {key: _cleaned(part, left, depth + 1) for key, part in kept.items()}


def _is_dropped(part: object, kind: type | None) -> bool:
    return kind is not None and isinstance(part, kind) and (kind is str or part == [])


def _place(step: str | int) -> tuple[int, str]:
    return (step, "") if isinstance(step, int) else (-1, step)


def _path(steps: Iterable[str | int]) -> str:
    path = "elt_settings"
    for step in steps:
        plain = isinstance(step, str) and re.fullmatch(r"[\w-]{1,100}", step)
        path += f".{step}" if plain else f"[{step if isinstance(step, int) else show(step)}]"
    return path
