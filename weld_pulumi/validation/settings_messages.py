"""Messages about ``elt_settings``, made from Weld's schema.

They quote the schema alone, never the settings: these may be secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .problems import listed, show
from .suggest import NameSuggestions, question

#: Keyword that keeps choices as Weld wrote them, with titles; jsonschema ignores keywords that it does not define.
SOURCE = "x-weld-source"

_TYPES = {
    "array": "a list",
    "boolean": "True or False",
    "integer": "a whole number",
    "null": "None",
    "number": "a number",
    "object": "a dict",
    "string": "a string",
}
_EXAMPLES: dict[str, object] = {"boolean": True, "integer": 1, "number": 1, "null": None}
_REQUIREMENTS = {
    "contains": "lacks an item that Weld's schema requires",
    "exclusiveMaximum": "must be less than {}",
    "exclusiveMinimum": "must be more than {}",
    "maximum": "must be {} or less",
    "maxItems": "must have {} items or fewer",
    "maxLength": "must have {} characters or fewer",
    "maxProperties": "must have {} settings or fewer",
    "minimum": "must be {} or more",
    "minItems": "must have {} items or more",
    "minLength": "must have {} characters or more",
    "minProperties": "must have {} settings or more",
    "multipleOf": "must be a multiple of {}",
    "pattern": "must match the regular expression {}",
    "uniqueItems": "contains the same item twice; remove one of the two",
}


class Choice:
    """One value that Weld offers, with its title for people."""

    def __init__(self, value: object, title: object = None) -> None:
        self.value = value
        self.title = title if isinstance(title, str) and title != value else ""

    def __str__(self) -> str:
        return show(self.value) + (f" ({show(self.title)[1:-1]})" if self.title else "")


def literals(schema: object) -> list[Choice]:
    """Return the values that a schema itself lists, [] if it lists none."""
    if not isinstance(schema, Mapping):
        return []
    if "const" in schema:
        return [Choice(schema["const"], schema.get("title"))]
    return [Choice(value) for value in schema.get("enum", ())]


def choices(schema: object) -> list[Choice]:
    """Return the values that a schema offers, [] if it is more than a choice."""
    if not isinstance(schema, Mapping):
        return []
    written = {**schema, **schema.get(SOURCE, {})}
    offered = [literals(branch) for branch in written.get("anyOf") or written.get("oneOf") or []]
    return [choice for each in offered for choice in each] if offered and all(offered) else literals(written)


def example(schema: object, depth: int = 3) -> object:
    """Return a value that fits a schema's type, and its choices where it has some."""
    if not isinstance(schema, Mapping) or not depth:
        return "…"
    if "default" in schema:
        return schema["default"]
    offered = choices(schema)
    kind = schema.get("type")
    if kind == "array":
        first = offered[0].value if offered else example(schema.get("items"), depth - 1)
        return first if isinstance(first, list) else [first]
    if offered:
        return offered[0].value
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: example(properties.get(name), depth - 1) for name in schema.get("required", ())}
    return schema.get("minimum", _EXAMPLES.get(str(kind), "…"))


def not_offered(offered: list[Choice], value: object, suggest: NameSuggestions) -> str:
    """Describe a value that is not offered, with the nearest choice; a title counts as its value."""
    known = offered if suggest.left else []
    by_name = {name: str(each) for each in known for name in (each.title, str(each.value)) if name}
    word = value if isinstance(value, str) else show(value)
    meant = list(dict.fromkeys(by_name[name] for name in suggest(word, by_name)))
    hint = f"did you mean {listed(meant)}? Weld offers" if meant else "write"
    return f"is not one of the values that Weld offers; {hint} {listed(offered)}"


def wrong_type(types: object, schema: Mapping[str, Any]) -> str:
    """Describe a value of another type than the schema requires."""
    names = types if isinstance(types, list) else [types]
    wanted = listed(names, lambda name: _TYPES.get(name, show(name)))
    return f"must be {wanted}; write for example {show(example(schema))}"


def missing(name: str, schema: Mapping[str, Any], why: str) -> str:
    """Describe a setting that is missing, and how to write it."""
    wanted = schema.get("properties", {}).get(name)
    wanted = wanted if isinstance(wanted, Mapping) else {}
    title = f" ({show(wanted['title'])[1:-1]})" if isinstance(wanted.get("title"), str) else ""
    kind = _TYPES.get(str(wanted.get("type")), "")
    offered = choices(wanted) or choices(wanted.get("items"))
    what = f"{kind} of" if kind == "a list" else "one of"
    detail = f"{what} {listed(offered)}; " if offered else f"{kind}; " if kind else ""
    return f"is missing{title}: {why}; {detail}write {show(name)}: {show(example(wanted))}"


def not_allowed(name: str, schema: Mapping[str, Any], suggest: NameSuggestions) -> str:
    """Describe a setting that the schema does not allow, with the nearest name that it does."""
    known = schema.get("properties", {})
    advice = question(suggest(name, known)) or (f"write {listed(list(known), show)}" if known else "remove it")
    return f"is not a setting that Weld accepts here; {advice}"


def requirement(keyword: object, value: object) -> str:
    """Describe what any other keyword of JSON Schema requires."""
    return _REQUIREMENTS.get(str(keyword), "is not allowed here by Weld's schema; remove it").format(show(value))
