"""One problem with one argument, and how values look in its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .._text import first_few

_MOST = 10


class Problem(NamedTuple):
    """What is wrong with one property, in one line.

    Attributes:
        path: the property, such as ``sync_interval`` or ``source_streams[3].hashed_columns``.
        reason: what is wrong and what to write instead; reads on after the path.
    """

    path: str
    reason: str


class WholeProblem(Problem):
    """A problem whose reason quotes values whole or not at all, so that it can be told of a secret without it.

    Others may quote a part of the value, or what is near it.
    """


def is_plain(value: object) -> bool:
    """Tell whether a value is known: anything but JSON's own types stands for a value to come."""
    return value is None or isinstance(value, (bool, int, float, str, list, dict))


def at(path: str, name: str) -> str:
    """Join a path and the name of a property in it."""
    return f"{path}.{name}" if path else name


def show(value: object, longest: int = 60) -> str:
    """Write a value as Python would, on one line that is not too long, control characters escaped."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # the engine hands every number over as a float
    cut = isinstance(value, str) and len(value) > longest
    text = repr(f"{str(value)[: longest - 4]}…" if cut else value)
    return text if len(text) <= longest else f"{text[: longest - 2]}…{text[-1]}"


def listed(items: Sequence[object], write: Callable[[Any], str] = str) -> str:
    """Join alternatives: ``a, b or c``; of more than ten the rest is counted."""
    if len(items) > _MOST:
        return first_few(items, _MOST, write)
    words = [write(item) for item in items]
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
