"""Problems with arguments, and the form of values in their reasons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .._text import first_few

_MOST = 10


class Problem(NamedTuple):
    """One problem with one property.

    Attributes:
        path: the property, such as ``sync_interval`` or ``source_streams[3].hashed_columns``.
        reason: one line: what is wrong, and what to write instead. It follows the path in a message.
    """

    path: str
    reason: str


class WholeProblem(Problem):
    """A problem whose reason quotes a value as a whole or not at all, so that it may be shown for a secret, redacted.

    The reasons of other problems may quote a part of the value, or something similar to it.
    """


def is_plain(value: object) -> bool:
    """Return whether a value is known; a value that is not of a JSON type stands for an unknown one."""
    return value is None or isinstance(value, (bool, int, float, str, list, dict))


def at(path: str, name: str) -> str:
    """Return the path of a property within another."""
    return f"{path}.{name}" if path else name


def show(value: object, longest: int = 60) -> str:
    """Return a value as Python code on one short line, with control characters escaped."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # the engine passes every number as a float
    cut = isinstance(value, str) and len(value) > longest
    text = repr(f"{str(value)[: longest - 4]}…" if cut else value)
    return text if len(text) <= longest else f"{text[: longest - 2]}…{text[-1]}"


def listed(items: Sequence[object], write: Callable[[Any], str] = str) -> str:
    """Join alternatives: ``a, b or c``; after ten, the rest is counted."""
    if len(items) > _MOST:
        return first_few(items, _MOST, write)
    words = [write(item) for item in items]
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
