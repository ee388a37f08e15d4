"""Dates: ``YYYY-MM-DD``, or a timestamp."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

from .problems import listed, show

_STAMP = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)? ?(?:Z|([+-])(\d{2}):?(\d{2})?)?)?",
    re.ASCII | re.IGNORECASE,
)
_OTHER_FORMATS = tuple(
    re.compile(shape + r"(?!\d)", re.ASCII)
    for shape in (
        r"(?P<year>\d{4})([-/._ ])(?P<one>\d{1,2})\2(?P<other>\d{1,2})",
        r"(?P<year>\d{4})(?P<one>\d\d)(?P<other>\d\d)",
        r"(?P<one>\d{1,2})([-/._ ])(?P<other>\d{1,2})\2(?P<year>\d{4})",
    )
)


def canonical_date(text: str) -> str:
    """Return the date as ``YYYY-MM-DD``; of a timestamp with an offset, its date in UTC.

    >>> canonical_date("2020-01-01T01:00:00+02:00")
    '2019-12-31'

    Raises:
        ValueError: it is not a date; the message names what to write.
    """
    stamp = _STAMP.fullmatch(text.strip())
    try:
        if stamp:
            return _utc(stamp).date().isoformat()
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{show(text)} is not a date; {_advice(text.strip())}")


def same_date(a: str | None, b: str | None) -> bool:
    """Return whether two dates or timestamps are the same day; None equals None only."""
    return a == b or (a is not None and b is not None and _folded(a) == _folded(b))


def _folded(text: str) -> str:
    try:
        return canonical_date(text)
    except ValueError:
        return text.strip()


def _utc(stamp: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in stamp.groups()[:6])
    sign, hours, minutes = stamp.groups()[6:]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    local = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    return local + offset if sign == "-" else local - offset


def _advice(text: str) -> str:
    found = _candidates(text)
    if len(found) > 1:
        return f"write {listed(found, show)}, whichever is meant"
    return f"write {show(found[0])}" if found else "write YYYY-MM-DD, for example '2024-01-31'"


def _candidates(text: str) -> list[str]:
    """Return the dates that the text may stand for, with day and month in either order."""
    found = next((match for shape in _OTHER_FORMATS if (match := shape.match(text))), None)
    if not found:
        return []
    year, one, other = (int(found[part]) for part in ("year", "one", "other"))
    orders = [(one, other)] if found.start("year") == 0 else [(one, other), (other, one)]
    return list(dict.fromkeys(iso for order in orders if (iso := _nearest_date(year, *order))))


def _nearest_date(year: int, month: int, day: int) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31 and year):
        return ""
    return date(year, month, min(day, monthrange(year, month)[1])).isoformat()
