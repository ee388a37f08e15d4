"""Types of property values, and the one canonical form that check, diff and read compare.

A parser is a function ``(value, path) -> (canonical value, problems)``. Two ways to write the same thing have the same
canonical form, so comparing canonical forms shows real changes only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..validation.problems import Problem, show

__all__ = [
    "FLAG",
    "ID",
    "ID_OR_FLAG",
    "MAPPING",
    "NAMES",
    "TEXT",
    "TRIGGERS",
    "UNKNOWN",
    "Parser",
    "Rule",
    "ValueType",
    "choice",
    "fingerprint",
    "has_unknown",
    "in_order_of",
    "parser",
    "plain",
    "plain_number",
    "rules",
    "same_names",
    "text_type",
]


class _Unknown:
    """A value that is known only during the next ``up``, such as the id of a resource that does not exist yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: dict[int, Any]) -> _Unknown:
        return self


UNKNOWN = _Unknown()

Parser = Callable[[Any, str], tuple[Any, list[Problem]]]


class ValueType(NamedTuple):
    """The type of an argument.

    Attributes:
        shown: the type in documentation.
        json: its JSON type; "" where several are accepted.
        input: the Python type that a program writes.
        output: the Python type of the resource's output.
        parse: reads a value into its canonical form.
    """

    shown: str
    json: str
    input: str
    output: str
    parse: Parser


def has_unknown(value: Any) -> bool:
    """Tell whether a value is, or contains, an unknown."""
    waiting = [value]
    for item in waiting:
        if item is UNKNOWN:
            return True
        if isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, (list, tuple)):
            waiting.extend(item)
    return False


class Rule(Problem):
    """A problem with a value of the right type; with ``weld:validation`` ``off``, Weld is left to judge it."""


def rules(problems: Iterable[Problem]) -> list[Problem]:
    """Mark problems as those of values of the right type."""
    return [Rule(problem.path, problem.reason) for problem in problems]


def parser(read: Callable[[Any], Any]) -> Parser:
    """Make a parser of a function that raises ``TypeError(reason)`` or ``ValueError(reason)``; unknowns pass."""

    def parse(value: Any, path: str) -> tuple[Any, list[Problem]]:
        if value is UNKNOWN:
            return value, []
        try:
            return read(value), []
        except TypeError as reason:
            return value, [Problem(path, str(reason))]
        except ValueError as reason:
            return value, [Rule(path, str(reason))]

    return parse


def text_type(shown: str, read: Callable[[str], Any], example: str = "") -> ValueType:
    """Make the type of an argument that is a text of a certain form; ``read`` raises ``ValueError(reason)``."""

    def parse(value: Any) -> Any:
        if not isinstance(value, str):
            raise TypeError(f"{show(value)} is not a text; write {example or 'it in quotes'}")
        return read(value)

    return ValueType(shown, "string", "str", "str", parser(parse))


def choice(*allowed: str) -> ValueType:
    """Make the type of an argument that takes one of a few words."""

    def read(value: Any) -> str:
        if value not in allowed:
            raise TypeError(f"{show(value)} is not one of {', '.join(map(repr, allowed))}")
        return str(value)

    words = ", ".join(f'"{word}"' for word in allowed)
    return ValueType(", ".join(f"`{word}`" for word in allowed), "string", f"Literal[{words}]", "str", parser(read))


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; write a text or leave the argument out")
    return value


def _id(value: str) -> str:
    text = _text(value)
    if not text.strip("."):  # which a path would take for another folder
        raise TypeError(
            f"{show(value)} is not a valid Weld id; `weld-pulumi connections` and `weld-pulumi syncs` list ids"
        )
    return text


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{show(value)} is neither True nor False")
    return value


def _id_or_flag(value: Any) -> bool | str:
    if not isinstance(value, (bool, str)) or value == "":
        raise TypeError(f"{show(value)} is neither True nor False nor an id in quotes")
    return value


def _names(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{show(value)} is not a list; write a list of names, for example ['email']")
    for item in value:
        if item is not UNKNOWN and (not isinstance(item, str) or not item):
            raise TypeError(f"{show(item)} is not a name; write a list of texts, for example ['email']")
    return list(value) if has_unknown(value) else list(dict.fromkeys(value))


def same_names(old: Any, new: Any) -> bool:
    """Compare two lists of names regardless of their order."""
    return sorted(old or ()) == sorted(new or ())


def in_order_of(declared: Iterable[str], reported: Iterable[str]) -> list[str]:
    """Return the reported names in the order of the program; others follow, sorted."""
    others = set(reported)
    kept = [name for name in declared if name in others]
    return kept + sorted(others.difference(kept))


def plain_number(value: Any) -> Any:
    """Return a whole number as an integer, since the engine passes every number as a float; else the value itself."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def plain(value: Any) -> Any:
    """Return JSON data with whole numbers as integers."""
    value = plain_number(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (str, bool, int, float)) or value is None or value is UNKNOWN:
        return value
    raise TypeError("holds something that is not JSON data (an asset or an object); write texts, numbers, lists, dicts")


def _without_none(value: Any) -> Any:
    """Drop entries that are None, as for any other argument: Weld accepts no null."""
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list) else value


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("is not a dict; write for example {'account': 'acct_1'}")
    return dict(_without_none(plain(value)))


def _triggers(value: Any) -> Any:
    if not isinstance(value, (list, tuple, dict)):
        raise TypeError("is neither a list nor a dict; write for example ['2026-11-22'] and change it to fire")
    return plain(value) or None


def fingerprint(values: Iterable[Any]) -> str:
    """Return a text that is equal for equal JSON values."""
    return json.dumps(list(values), sort_keys=True, default=repr)


TEXT = text_type("str", _text)
ID = text_type("str", _id)
FLAG = ValueType("bool", "boolean", "bool", "bool", parser(_flag))
ID_OR_FLAG = ValueType("bool or id", "", "bool | str", "bool | str", parser(_id_or_flag))
NAMES = ValueType("list of str", "array", "Names", "list[str]", parser(_names))
MAPPING = ValueType("dict", "object", "Mapping[str, Any]", "dict[str, Any]", parser(_mapping))
TRIGGERS = ValueType("list or dict", "", "Triggers", "Any", parser(_triggers))
