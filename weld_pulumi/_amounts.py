"""Amounts for people: rows, bytes and durations in a few characters."""

from __future__ import annotations

from itertools import pairwise

__all__ = ["bytes_text", "duration_text", "rows_text"]


def rows_text(rows: float) -> str:
    """Return a number of rows: exact up to 100,000, then in thousands or millions.

    >>> [rows_text(number) for number in (1, 8040, 340_000, 10_123_000)]
    ['1', '8,040', '340 k', '10.1 M']
    """
    if rows < 100_000:
        return f"{round(rows):,}"
    return f"{rows / 1000:,.0f} k" if rows < 999_500 else f"{rows / 1_000_000:,.1f} M"


def bytes_text(number: float) -> str:
    """Return an amount of data in decimal units.

    >>> [bytes_text(number) for number in (12, 81_400_000, 2.5e12)]
    ['12 B', '81.4 MB', '2.5 TB']
    """
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} B" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:,.1f} TB"


def duration_text(seconds: float) -> str:
    """Return a duration in its two largest units.

    >>> [duration_text(number) for number in (0.4, 75, 3600, 11_400)]
    ['0 s', '1 min 15 s', '1 h', '3 h 10 min']
    """
    whole = max(0, round(seconds))
    for (name, size), (smaller, step) in pairwise((("d", 86400), ("h", 3600), ("min", 60), ("s", 1))):
        if whole >= size:
            rest = whole % size // step
            return f"{whole // size} {name}" + (f" {rest} {smaller}" if rest else "")
    return f"{whole} s"
