"""Cron expressions: standard ones with five fields, and when two of them mean one schedule."""

from __future__ import annotations

from functools import lru_cache

from .cron_advice import advice_for_fields, advice_for_interval
from .problems import show

_LAST_DAY = {month: 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31 for month in range(1, 13)}


def canonical_cron(text: str) -> str:
    """Return the expression with its white space folded.

    Raises:
        ValueError: it is not a cron expression of five fields, or never runs; the message says what to write.
    """
    folded = " ".join(text.split())
    if not folded:
        raise ValueError("is empty; write a cron expression, for example '0 */6 * * *'")
    advice = advice_for_interval(folded) or advice_for_fields(folded)
    if advice:
        raise ValueError(f"{show(folded)} is not a cron expression: {advice}")
    if _meaning(folded) is None:  # the fields are right, so what is wrong is the date
        raise ValueError(f"{show(folded)} never runs, the month has no such day; write {show(_possible(folded))}")
    return folded


def same_schedule(a: str | None, b: str | None) -> bool:
    """Tell whether two expressions run at the same times, whichever way they are written.

    What is no cron expression is compared as text.
    """
    if a is None or b is None:
        return a is b
    one, other = " ".join(a.split()), " ".join(b.split())
    return one == other or (_meaning(one) is not None and _meaning(one) == _meaning(other))


def _possible(folded: str) -> str:
    minute, hour, _, month, weekday = folded.split()
    candidates = [f"{minute} {hour} {day} {month} {weekday}" for day in (30, 28)]
    return next(candidate for candidate in candidates if _meaning(candidate))


@lru_cache(maxsize=256)
def _meaning(folded: str) -> tuple[object, ...] | None:
    """Return minutes, hours and days on which an expression runs, or None where it is not standard cron."""
    from datetime import datetime

    from cronsim import CronSim, CronSimError

    try:
        cron = CronSim(folded, datetime(2000, 1, 1))
    except (CronSimError, ValueError):
        return None
    weekdays = {day % 7 for day in cron.weekdays if isinstance(day, int)}
    if len(folded.split()) != 5 or min(cron.days) < 1 or not all(isinstance(day, int) for day in cron.weekdays):
        return None
    # Crons differ in when one of the two day fields suffices: Debian's where neither begins with a star, others where
    # neither holds every day. Only what means the same to both is the same.
    every = len(cron.days) == 31 or len(weekdays) == 7
    days = [_days(cron.months, cron.days, weekdays, both) for both in (cron.day_and, every)]
    return frozenset(cron.minutes), frozenset(cron.hours), *days


def _days(months: set[int], days: set[int], weekdays: set[int], both: bool) -> frozenset[tuple[int, int, int]]:
    return frozenset(
        (month, day, weekday)
        for month in months
        for day in range(1, _LAST_DAY[month] + 1)
        for weekday in range(7)
        if (day in days) + (weekday in weekdays) >= 1 + both
    )
