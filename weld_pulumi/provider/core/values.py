"""Property values in the one form that check, diff and read agree on.

Each kind of value is a function ``(value, path) -> (canonical value, problems)``. Two ways to write the same thing
have the same canonical form, so that a comparison of canonical forms shows real changes only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from ...validation.problems import Problem, show

__all__ = [
    "UNKNOWN",
    "Parser",
    "Rule",
    "choice",
    "flag",
    "has_unknown",
    "in_order_of",
    "kind",
    "mapping",
    "names",
    "plain",
    "rules",
    "same_names",
    "text",
    "triggers",
]


class _Unknown:
    """A value that only the next ``up`` will tell, such as the id of a resource that is not made yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: dict[int, Any]) -> _Unknown:
        return self


UNKNOWN = _Unknown()

Parser = Callable[[Any, str], tuple[Any, list[Problem]]]


def has_unknown(value: Any) -> bool:
    """Tell whether a value is, or somewhere holds, an unknown."""
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
    """A problem with a value of the right type: where ``weld:validation`` is ``off``, Weld is left to judge it."""


def rules(problems: Iterable[Problem]) -> list[Problem]:
    """Mark problems as those of values of the right type."""
    return [Rule(problem.path, problem.reason) for problem in problems]


def kind(read: Callable[[Any], Any]) -> Parser:
    """Make a kind out of a function that raises ``TypeError(reason)`` or ``ValueError(reason)``; unknowns pass."""

    def canonical(value: Any, path: str) -> tuple[Any, list[Problem]]:
        if value is UNKNOWN:
            return value, []
        try:
            return read(value), []
        except TypeError as reason:
            return value, [Problem(path, str(reason))]
        except ValueError as reason:
            return value, [Rule(path, str(reason))]

    return canonical


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{show(value)} is not a text; write it in quotes")
    if not value.strip():
        raise ValueError("is empty; write a text or leave the argument out")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{show(value)} is neither True nor False")
    return value


def _names(value: Any) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"{show(value)} is not a list; write a list of names, for example ['email']")
    for item in value:
        if item is not UNKNOWN and (not isinstance(item, str) or not item):
            raise TypeError(f"{show(item)} is not a name; write a list of texts, for example ['email']")
    return list(value) if has_unknown(value) else list(dict.fromkeys(value))


def same_names(old: Any, new: Any) -> bool:
    """Compare two lists of names, whose order means nothing."""
    return sorted(old or ()) == sorted(new or ())


def in_order_of(declared: Iterable[str], told: Iterable[str]) -> list[str]:
    """Return names in the order of the program; those beyond it come after, sorted."""
    beyond = set(told)
    kept = [name for name in declared if name in beyond]
    return kept + sorted(beyond.difference(kept))


def plain(value: Any) -> Any:
    """Return JSON data with whole numbers as integers: the engine hands every number over as a float."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (str, bool, int, float)) or value is None or value is UNKNOWN:
        return value
    raise TypeError("holds something that is not JSON data (an asset or an object); write texts, numbers, lists, dicts")


def _without_none(value: Any) -> Any:
    """Leave out what is None, as for any other argument: Weld takes no null."""
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


def choice(*allowed: str) -> Parser:
    """Make the kind of an argument that takes one of a few words."""

    def read(value: Any) -> str:
        if value not in allowed:
            raise TypeError(f"{show(value)} is not one of {', '.join(map(repr, allowed))}")
        return str(value)

    return kind(read)


text: Parser = kind(_text)
flag: Parser = kind(_flag)
names: Parser = kind(_names)
mapping: Parser = kind(_mapping)
triggers: Parser = kind(_triggers)


def fingerprint(values: Iterable[Any]) -> str:
    """Return a text that is equal for equal JSON values."""
    return json.dumps(list(values), sort_keys=True, default=repr)
