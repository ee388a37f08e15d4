"""Prepare the JSON Schema that Weld returns, so that jsonschema can apply it unmodified.

A prepared schema holds no references, so nothing is fetched and checking it ends. It is never stricter than Weld's own:
what cannot be meant literally, or cannot be checked safely, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft7Validator

from .regexes import PatternBudget
from .settings_messages import SOURCE, literals

_DEEPEST = 30  # schemas within each other; jsonschema soon meets Python's own limit
_LARGEST = 10_000  # schemas in all
_MOST_WORK = 100_000  # schemas times values in the settings: at worst some seconds
_VALUES_OF_ENUM = 100  # are compared as fast as one schema is applied

_NOT_SCHEMAS = {
    *("const", "default", "enum", "examples", "required", "type", "uniqueItems", SOURCE),
    *("deprecated", "readOnly", "writeOnly"),
}
_BY_NAME = {"dependencies", "dependentSchemas", "properties"}
_DROPPED = {
    *("$anchor", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveRef", "$schema", "definitions"),
    *("format", "patternProperties", "unevaluatedItems", "unevaluatedProperties"),
}
_CHOICES = ("anyOf", "const", "enum", "oneOf")
_LITERAL = {"$comment", "const", "default", "description", "enum", "examples", "title", "type"}
_NUMBERS = {"integer", "number"}


class SchemaPreparation:
    """Prepare one schema for settings of a certain size.

    Args:
        whole: the schema, in which references point.
        size: how many values the settings hold.
        patterns: decides which patterns are kept.
        has_unknown: whether a value is unknown, so that conditions cannot be decided.
    """

    def __init__(self, whole: Mapping[str, Any], size: int, patterns: PatternBudget, has_unknown: bool) -> None:
        self._whole = whole
        self._schemas_left = min(_LARGEST, _MOST_WORK // size)
        self._patterns = patterns
        self._has_unknown = has_unknown

    def schema(self, schema: Any, depth: int = 0) -> Any:
        """Return what a part of the schema requires.

        Raises:
            ValueError, RecursionError: the schema is too large.
        """
        if schema is True or depth > _DEEPEST:
            return {}
        if schema is False:
            return {"not": {}}  # unlike False, its errors have a path
        if not isinstance(schema, Mapping):
            return schema
        if "$ref" in schema:  # what stands beside it is ignored, as in draft-07
            self._count(1)
            return self.schema(self._lookup(schema["$ref"]), depth)
        self._count(1 + len(schema.get("enum", ())) // _VALUES_OF_ENUM)
        prepared = {
            key: self._keyword(key, part, depth + 1)
            for key, part in _as_weld_means(schema).items()
            if self._is_kept(key, part, schema)
        }
        for negating in {"if", "not"} & prepared.keys():  # what is left out in them would reject more
            if prepared[negating] != schema[negating] or (negating == "if" and self._has_unknown):
                del prepared[negating]
        return prepared

    def _count(self, schemas: int) -> None:
        self._schemas_left -= schemas
        if self._schemas_left < 0:
            raise ValueError("the schema is too large to be checked")

    def _is_kept(self, key: str, part: Any, schema: Mapping[str, Any]) -> bool:
        if key == "pattern":
            return self._patterns.allows(part)
        return key not in _DROPPED and not (key == "additionalProperties" and "patternProperties" in schema)

    def _keyword(self, key: str, part: Any, depth: int) -> Any:
        if key in _NOT_SCHEMAS or (key == "additionalProperties" and part is False):
            return part
        if isinstance(part, list):
            return [self.schema(each, depth) for each in part]
        if key in _BY_NAME and isinstance(part, Mapping):
            return {name: self._keyword("", each, depth) for name, each in part.items()}
        return self.schema(part, depth)

    def _lookup(self, reference: str) -> Any:
        """Return the part of the schema that a JSON pointer names; a reference to elsewhere accepts anything."""
        start, *steps = unquote(reference).split("/")
        part: Any = self._whole
        try:
            for step in steps:
                name = step.replace("~1", "/").replace("~0", "~")
                part = part[int(name)] if isinstance(part, list) else part[name]
        except (LookupError, TypeError, ValueError):
            return True
        return part if start == "#" else True


def _as_weld_means(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with its dependencies and choices as Weld means them."""
    meant = {key: part for key, part in schema.items() if not (key in _CHOICES and part == [])}
    for keyword in {"dependencies", "dependentRequired"} & meant.keys():
        _adapt_dependencies(meant, keyword)
    for keyword in _CHOICES:
        if keyword in meant:
            _adapt_choices(meant, keyword)
    return meant


def _adapt_dependencies(schema: dict[str, Any], keyword: str) -> None:
    """Leave out what Weld fills in, and choices that Weld can list only once other settings are given."""
    properties = schema.get("properties", {})
    given = {name for name, part in properties.items() if isinstance(part, Mapping) and "default" in part}
    given.update(schema.get("required", ()))
    lists = {name: others for name, others in schema[keyword].items() if isinstance(others, list)}
    kept = {name: [other for other in others if other not in given] for name, others in lists.items()}
    schema[keyword] = {**schema[keyword], **kept}
    if keyword == "dependencies" and properties:
        open_ones = {name: _without_choices(properties[name]) for name in lists if lists[name] and name in properties}
        schema["properties"] = {**properties, **open_ones}


def _without_choices(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    kept = {key: part for key, part in schema.items() if key not in _CHOICES}
    return {key: _without_choices(part) if key == "items" else part for key, part in kept.items()}


def _adapt_choices(schema: dict[str, Any], keyword: str) -> None:
    """Let choices on an array apply to its items; write literal ones as ``enum``, which is quick to check."""
    branches = schema[keyword] if keyword in ("anyOf", "oneOf") else [{keyword: schema[keyword]}]
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    are_literal = all(isinstance(each, Mapping) and {*each} <= _LITERAL and literals(each) for each in branches)
    fit = not types or _can_be(branches, types)
    are_of_items = "array" in types and not _can_be(branches, ["array"])
    if fit and not are_of_items and (keyword in ("const", "enum") or not are_literal):
        return
    written = {keyword: schema.pop(keyword)}
    schema[SOURCE] = {**schema.get(SOURCE, {}), **written}
    rule: dict[str, Any] = written
    if are_literal:
        rule = {"enum": [each.value for branch in branches for each in literals(branch)], SOURCE: written}
    if fit or are_of_items:
        schema["allOf"] = [*schema.get("allOf", []), {"items": rule} if are_of_items else rule]


def _can_be(branches: list[Any], types: list[Any]) -> bool:
    """Return whether a value of one of the types can fit one of the branches at all."""
    wanted = {*types, *(_NUMBERS if _NUMBERS & {*types} else ())}
    for branch in branches:
        values = literals(branch)
        if any(Draft7Validator.TYPE_CHECKER.is_type(each.value, name) for each in values for name in types):
            return True
        own = branch.get("type", types) if isinstance(branch, Mapping) else types if branch else []
        if not values and wanted & {*(own if isinstance(own, list) else [own])}:
            return True
    return False
