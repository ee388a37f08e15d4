"""Texts that others wrote, made fit for a terminal, a log and a comment in a program."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["one_line", "printable", "sentence"]


def printable(text: str) -> str:
    r"""Escape what is not seen but acts: ``\x1b`` and other control characters, ``\u202e`` and its like, line ends."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def one_line(text: str) -> str:
    """The same, and blanks where lines end."""
    return printable(" ".join(text.split()))


def sentence(text: str) -> str:
    """Return a text with a capital letter, and a full stop where it has no end of its own."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def shortened(names: Iterable[str], most: int = 10) -> str:
    """Join names with commas; of more than ``most`` the rest is counted."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
