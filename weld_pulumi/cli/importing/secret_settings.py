"""Keep settings that may be secret out of a program.

Whether a free text is secret cannot be seen, so only what the JSON Schema of the settings shows to be harmless is
written; all other settings are left out and named. Harmless is:

* what the schema itself lists: a choice (``enum``), a constant (``const``), the ``default``;
* what the schema declares a boolean;
* what the schema declares a number, an integer, null, a date or a time, unless its name is that of a secret.

What any applicable part of the schema declares a password or write-only is never written. A list is written whole or
not at all, since lists are managed as a whole; a dict is managed by keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

__all__ = ["without_secrets"]

_SECRET_NAME = re.compile(
    r"pass(?:w|phrase|code)|secret|token|credential|jwt|dsn|bearer|cookie|signature|service[-_ ]?account|certificate"
    r"|auth(?!or)|(?:api|access|client|private|shared|account|encryption|signing|ssh)[-_ ]?key|\b(?:key|pin|pwd|pem)\b",
    re.IGNORECASE,
)
_HARMLESS_TYPES = {"boolean": (bool,), "number": (int, float), "integer": (int, float), "null": (type(None),)}
_MOMENTS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d(:\d\d)?\S{0,12}"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S{0,25}"),
}
_UNREAD = {"writeOnly": True}

Schema = Mapping[str, Any]


def without_secrets(settings: Any, schema: Any) -> tuple[dict[str, Any], list[str]]:
    """Return the settings that may be written, and the paths of those that are left out."""
    if not isinstance(settings, Mapping):
        return {}, []
    return _Reader(schema if isinstance(schema, Mapping) else {}).mapping(settings, [schema], "")


class _Reader:
    def __init__(self, root: Schema) -> None:
        self._root = root

    def mapping(self, value: Mapping[str, Any], schemas: list[Any], path: str) -> tuple[dict[str, Any], list[str]]:
        """Read a dict by the schemas that may apply to it."""
        kept: dict[str, Any] = {}
        left_out: list[str] = []
        applying = self._applying(schemas)
        for key, item in value.items():
            here = f"{path}{key}"
            inside, out = self._item(key, item, [part for each in applying for part in _of_key(each, key)], here)
            left_out += out
            if inside or not out:
                kept[key] = inside[0] if inside else item
        return kept, left_out

    def _item(self, key: str, value: Any, schemas: list[Any], path: str) -> tuple[list[Any], list[str]]:
        """Return what may be written of a value (a list of one, or empty), and the paths that are left out."""
        applying = self._applying(schemas)
        if any(each.get("format") == "password" or each.get("writeOnly") is True for each in applying):
            return [], [path]
        if isinstance(value, Mapping):
            kept, left_out = self.mapping(value, applying, f"{path}.")
            return ([kept] if kept or not left_out else []), left_out
        if isinstance(value, list):
            parts = [part for each in applying for part in _of_items(each)]
            left_out = [out for item in value for out in self._item(key, item, parts, f"{path}[]")[1]]
            return ([] if left_out else [value]), list(dict.fromkeys(left_out))
        harmless = any(_is_listed(value, each) for each in applying)
        if not harmless and (isinstance(value, bool) or not _SECRET_NAME.search(_words(key))):
            harmless = any(_is_harmless(value, each) for each in applying)
        return ([value], []) if harmless else ([], [path])

    def _applying(self, schemas: list[Any]) -> list[Schema]:
        """Return the schemas and all that they refer to or combine, each once."""
        waiting, seen = list(schemas), set[int]()
        applying: list[Schema] = []
        for schema in waiting:
            if isinstance(schema, Mapping) and id(schema) not in seen:
                seen.add(id(schema))
                applying.append(schema)
                waiting += _parts(schema)
                if isinstance(schema.get("$ref"), str):
                    waiting.append(self._referred(schema["$ref"]))
        return applying

    def _referred(self, reference: str) -> Any:
        """Return the part of the schema that a reference names; a reference to elsewhere counts as secret."""
        found: Any = self._root if reference.startswith("#") else None
        for step in filter(None, unquote(reference[1:]).split("/")):
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, Mapping) else None
        return _UNREAD if found is None else found


def _parts(schema: Schema) -> list[Any]:
    """Return the schemas that a schema combines, whether or not they apply."""
    parts = [part for word in ("allOf", "anyOf", "oneOf") for part in _listed(schema.get(word))]
    for word in ("dependencies", "dependentSchemas"):
        conditional = schema.get(word)
        parts += conditional.values() if isinstance(conditional, Mapping) else ()
    return [*parts, schema.get("then"), schema.get("else")]


def _of_key(schema: Schema, key: str) -> Iterator[Any]:
    """Yield the schemas of one key of a dict."""
    properties, patterns = (
        part if isinstance(part := schema.get(word), Mapping) else {} for word in ("properties", "patternProperties")
    )
    found = [properties[key]] if key in properties else []
    found += [part for pattern, part in patterns.items() if _matches(pattern, key)]
    yield from found or [schema.get("additionalProperties"), schema.get("unevaluatedProperties")]


def _of_items(schema: Schema) -> Iterator[Any]:
    """Yield the schemas that may apply to an item of a list."""
    for word in ("items", "prefixItems", "additionalItems", "contains"):
        yield from _listed(schema.get(word)) or [schema.get(word)]


def _listed(parts: Any) -> list[Any]:
    return parts if isinstance(parts, list) else []


def _matches(pattern: str, key: str) -> bool:
    """Return whether a pattern matches a key; one that Python cannot compile counts as matching."""
    try:
        return re.search(pattern, key) is not None
    except re.error:
        return True


def _words(key: str) -> str:
    """Return a key with its words separated: those of ``clientKey`` or ``client_key``."""
    return re.sub(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])", "_", key).replace("_", " ")


def _is_listed(value: Any, schema: Schema) -> bool:
    """Return whether the schema, which is no secret, lists a value itself."""
    offered = [*_listed(schema.get("enum")), *(schema[word] for word in ("const", "default") if word in schema)]
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in offered)


def _is_harmless(value: Any, schema: Schema) -> bool:
    """Return whether the schema declares a type for a value that is never secret."""
    types = schema.get("type")
    named = [types] if isinstance(types, str) else _listed(types)
    harmless = [kind for each in named if isinstance(each, str) for kind in _HARMLESS_TYPES.get(each, ())]
    if isinstance(value, bool):
        return bool in harmless
    if isinstance(value, str):
        moment = _MOMENTS.get(str(schema.get("format")))
        return moment is not None and moment.fullmatch(value) is not None
    return type(value) in harmless
