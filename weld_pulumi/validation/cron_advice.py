"""Describe what is wrong with a text that is no cron expression, and what to write instead."""

from __future__ import annotations

import re
from typing import NamedTuple

from .problems import show

_EXAMPLE = "for example '0 */6 * * *'"

_NAMED = {
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "midnight": "0 0 * * *",
    "nightly": "0 0 * * *",
    "weekly": "0 0 * * 0",
    "monthly": "0 0 1 * *",
    "month": "0 0 1 * *",
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
    "year": "0 0 1 1 *",
}
_BY_MINUTES = {1: "* * * * *", 60: "0 * * * *", 24 * 60: "0 0 * * *", 7 * 24 * 60: "0 0 * * 0"}
_UNIT_MINUTES = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_INTERVAL = re.compile(r"(?:rate ?\(|every )?(\d{1,5})? ?(m|h|d|w)(?:ins?|inutes?|rs?|ours?|ays?|eeks?)?\)?", re.ASCII)
_TERM = re.compile(r"(\*|\w+(?:-\w+)?)(/\d{1,4})?", re.ASCII)


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    _Field("day of week", 0, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")),
)


def advice_for_interval(text: str) -> str:
    """Return what to write for ``@daily``, ``6h`` or ``every 6 hours``; '' for a text that names no interval."""
    word = text.lower()
    interval = _INTERVAL.fullmatch(word)
    expression = _NAMED.get(word.removeprefix("@").removeprefix("every "), "")
    if interval:
        expression = _every(int(interval[1] or 1) * _UNIT_MINUTES[interval[2]])
    if expression:
        return f"write {show(expression)}"
    return f"cron has no such interval; write the times of day, {_EXAMPLE}" if interval or word[0] == "@" else ""


def _every(minutes: int) -> str:
    """Return the expression that runs every so many minutes, '' if there is none."""
    if minutes in _BY_MINUTES:
        return _BY_MINUTES[minutes]
    if minutes and 60 % minutes == 0:
        return f"*/{minutes} * * * *"
    return f"0 */{minutes // 60} * * *" if minutes and minutes % 60 == 0 and 24 * 60 % minutes == 0 else ""


def advice_for_fields(text: str) -> str:
    """Return what is wrong with the fields of an expression, and what to write; '' if nothing is wrong."""
    parts = text.split()
    if len(parts) != 5:
        return _advice_for_count(parts)
    for index, field in enumerate(_FIELDS):
        terms = parts[index].split(",")
        for place, term in enumerate(terms):
            reason, replacement = _check_term(term, field)
            if reason:
                fixed = ",".join([*terms[:place], replacement, *terms[place + 1 :]])
                whole = show(" ".join([*parts[:index], fixed, *parts[index + 1 :]]), 200)
                return f"{field.name} {show(term)} {reason}; write {whole if replacement else _EXAMPLE}"
    return ""


def _advice_for_count(parts: list[str]) -> str:
    shorter = " ".join(parts[1:6]).replace("?", "*")  # Quartz and Spring put seconds first and a year last
    fits = len(parts) in (6, 7) and parts[0] == "0" and not advice_for_fields(shorter)
    names = ", ".join(field.name for field in _FIELDS)
    count = f"{len(parts)} field{'s' if len(parts) != 1 else ''}"
    return f"it has {count}, not the five fields {names}; write {show(shorter, 200) if fits else _EXAMPLE}"


def _check_term(term: str, field: _Field) -> tuple[str, str]:
    """Return what is wrong with a term and its replacement, each '' if there is none."""
    short = re.sub("[A-Za-z]{4,}", lambda word: word[0][:3], term)
    if short != term and not _check_term(short, field)[0]:
        return "is not a name of three letters", short
    found = _TERM.fullmatch(term)
    if not found:
        return "is not standard cron (numbers, lists '1,2', ranges '1-5', steps '*/2')", "*" if term == "?" else ""
    span, step = found[1], found[2] or ""
    ends = [] if span == "*" else [_number(end, field) for end in span.split("-")]
    if None in ends:
        names = f" or {field.names[0]}-{field.names[-1]}" if field.names else ""
        return f"is not within {field.low}-{field.high}{names}", ""
    if step and not int(step[1:]):
        return "has a step below 1", ""
    if step and len(ends) == 1:
        return "has a step without a range", f"{span}-{field.high}{step}"
    if len(ends) == 2 and (ends[0] or 0) > (ends[1] or 0):
        return "runs backwards", _split_range(ends, field)
    return "", ""


def _number(text: str, field: _Field) -> int | None:
    if text.upper() in field.names:
        return field.low + field.names.index(text.upper())
    return int(text) if re.fullmatch("[0-9]{1,2}", text) and field.low <= int(text) <= field.high else None


def _split_range(ends: list[int | None], field: _Field) -> str:
    """Return a range that runs past the end of its field as two ranges."""
    last = 6 if field.high == 7 else field.high  # Sunday is both 0 and 7
    spans = ((ends[0], last), (field.low, ends[1]))
    return ",".join(f"{low}" if low == high else f"{low}-{high}" for low, high in spans)
