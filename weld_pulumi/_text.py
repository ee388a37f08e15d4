"""Small tools for texts: safe for a terminal, a log and a comment; lists of words; times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import Any

__all__ = ["first_few", "has_half_character", "one_line", "parse_time", "printable", "printable_words", "sentence"]


def printable(text: str) -> str:
    r"""Escape characters that act instead of being seen: ``\x1b`` and other controls, ``\u202e``, line ends."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def has_half_character(text: str) -> bool:
    """Tell whether a text contains a lone surrogate, so that it cannot be sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def one_line(text: str) -> str:
    """Do the same, with blanks in the place of line ends."""
    return printable(" ".join(text.split()))


def printable_words(text: str) -> str:
    """Return the words of a text on one line; characters that are not printable count as blanks."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def sentence(text: str) -> str:
    """Return a text with a capital letter, and a full stop if it has no end of its own."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def first_few(items: Iterable[Any], most: int = 10, write: Callable[[Any], str] = str, separator: str = ", ") -> str:
    """Join the first few items, and count the others: ``a, b and 3 more``.

    Args:
        items: what to join.
        most: how many to show.
        write: turns an item into text.
        separator: put between two; ``"; "`` for texts that contain commas.
    """
    everything = list(items)
    rest = len(everything) - most
    shown = separator.join(write(item) for item in everything[:most])
    return f"{shown}{separator.rstrip(', ')} and {rest} more" if rest > 0 else shown


def parse_time(text: object) -> datetime | None:
    """Return the time that an ISO 8601 text stands for, in UTC if it has no zone; None if it is not a time."""
    try:
        time = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
