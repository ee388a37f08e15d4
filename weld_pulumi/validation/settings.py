"""Check ``elt_settings`` against the JSON Schema that Weld returns for the connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .problems import Problem, WholeProblem, show
from .regexes import PatternBudget
from .suggest import did_you_mean

if TYPE_CHECKING:
    from jsonschema import ValidationError

_DIALECT = re.compile(r"https?://json-schema\.org/draft[-/](07|2020-12)/schema#?")
_MISSPELLED = 10  # are reported at most

# Keywords that reject nothing if there are no settings.
_IDLE = {
    *("$schema", "$id", "$comment", "title", "description", "default", "examples", "definitions", "$defs"),
    *("properties", "patternProperties", "additionalProperties", "dependencies"),
}
# Keywords whose errors no value of an unknown part can undo.
_CERTAIN = {
    *("additionalProperties", "dependencies", "dependentRequired", "required", "type"),
    *("maxItems", "maxProperties", "minItems", "minProperties"),
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
    try:
        found = set() if is_unknown(given) else _findings(schema, given, is_unknown)
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


_Path = tuple["str | int", ...]


def _findings(
    schema: Mapping[str, Any], settings: Mapping[str, Any], is_unknown: Callable[[object], bool]
) -> set[tuple[_Path, str]]:
    """Return path and reason of each problem."""
    from jsonschema import Draft7Validator, Draft202012Validator, validators

    from .settings_errors import explain
    from .settings_schema import SchemaPreparation

    dialect = _DIALECT.fullmatch(str(schema.get("$schema", "http://json-schema.org/draft-07/schema#")))
    if not dialect:
        return set()
    validator: Any = Draft7Validator
    if dialect[1] != "07":  # Weld writes `dependencies` in both
        extend: Any = validators.extend
        validator = extend(Draft202012Validator, {"dependencies": validator.VALIDATORS["dependencies"]})
    values = list(_values(settings, ()))
    unknown = {path for path, value in values if is_unknown(value)}
    patterns = PatternBudget([len(value) for _, value in values if isinstance(value, str)])
    prepared = SchemaPreparation(schema, len(values), patterns, bool(unknown)).schema(schema)
    validator.check_schema(prepared, format_checker=None)
    errors = [error for error in validator(prepared).iter_errors(settings) if not _may_be_undone(error, unknown)]
    return {(finding.path, finding.reason) for finding in explain(errors)}


def _values(value: object, path: _Path) -> Iterator[tuple[_Path, object]]:
    """Yield the settings, each value in them and each key, with its path."""
    yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*path, step), step
        yield from _values(each, (*path, step))


def _may_be_undone(error: ValidationError, unknown: set[_Path]) -> bool:
    """Return whether the error may go away once the unknown values are known."""
    path = tuple(error.path)
    if path in unknown:
        return True
    return error.validator not in _CERTAIN and any(path == each[: len(path)] for each in unknown)


def _path(steps: Iterable[str | int]) -> str:
    path = "elt_settings"
    for step in steps:
        plain = isinstance(step, str) and re.fullmatch(r"[\w-]{1,100}", step)
        path += f".{step}" if plain else f"[{step if isinstance(step, int) else show(step)}]"
    return path
