"""Standard cron expressions of five fields: check them, and compare their schedules."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .cron_advice import advice_for_fields, advice_for_interval
from .problems import show

_LAST_DAY = {month: 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31 for month in range(1, 13)}


def canonical_cron(text: str) -> str:
    """Return the expression with single spaces between its fields.

    >>> canonical_cron(" 0  */6 * * *")
    '0 */6 * * *'

    Raises:
        ValueError: it is not a cron expression of five fields, or never runs; the message names what to write.
    """
    folded = " ".join(text.split())
    if not folded:
        raise ValueError("is empty; write a cron expression, for example '0 */6 * * *'")
    advice = advice_for_interval(folded) or advice_for_fields(folded)
    if advice:
        raise ValueError(f"{show(folded)} is not a cron expression: {advice}")
    if not _ever_runs(folded):
        raise ValueError(
            f"{show(folded)} never runs, since the month has no such day; write {show(_nearest_possible(folded), 200)}"
        )
    return folded


def same_schedule(a: str | None, b: str | None) -> bool:
    """Return whether two expressions run at the same times, however they are written.

    Texts that are no cron expressions are compared as texts. None equals None only.
    """
    if a is None or b is None:
        return a is b
    one, other = " ".join(a.split()), " ".join(b.split())
    return one == other or (_schedule(one) is not None and _schedule(one) == _schedule(other))


def runs_per_day(text: str) -> float | None:
    """Return the runs a day on average; None for no cron expression, or one whose days depend on the kind of cron."""
    schedule = _schedule(" ".join(text.split()))
    if schedule is None or schedule.days != schedule.days_elsewhere:
        return None
    return len(schedule.minutes) * len(schedule.hours) * len(schedule.days) / (7 * sum(_LAST_DAY.values()))


def _nearest_possible(folded: str) -> str:
    minute, hour, _, month, weekday = folded.split()
    return next(filter(_ever_runs, (f"{minute} {hour} {day} {month} {weekday}" for day in (30, 28))))


def _ever_runs(folded: str) -> bool:
    schedule = _schedule(folded)
    return schedule is not None and bool(schedule.days)


class _Schedule(NamedTuple):
    minutes: frozenset[int]
    hours: frozenset[int]
    # Implementations of cron differ in when either of the two day fields suffices: in Debian's, if neither begins with
    # a star; in others, if neither holds every day. Two expressions are the same only if they are in both.
    days: frozenset[tuple[int, int, int]]
    days_elsewhere: frozenset[tuple[int, int, int]]


@lru_cache(maxsize=256)
def _schedule(folded: str) -> _Schedule | None:
    """Return when an expression runs, None if it is not standard cron."""
    from datetime import datetime

    from cronsim import CronSim, CronSimError

    try:
        minute, hour, day, month, weekday = folded.split()
        cron = CronSim(f"{minute} {hour} * {month} {weekday}", datetime(2000, 1, 1))
        days = CronSim(
            f"0 0 {day} * *", datetime(2000, 1, 1)
        ).days  # separately, so that an impossible date is no error
    except (CronSimError, ValueError):
        return None
    weekdays = {day % 7 for day in cron.weekdays if isinstance(day, int)}
    if min(days) < 1 or any(not isinstance(day, int) for day in cron.weekdays):  # "L" and "#"
        return None
    star = day.startswith("*") or weekday.startswith("*")
    every = len(days) == 31 or len(weekdays) == 7
    on = (_days(cron.months, days, weekdays, both) for both in (star, every))
    return _Schedule(frozenset(cron.minutes), frozenset(cron.hours), *on)


def _days(months: set[int], days: set[int], weekdays: set[int], both: bool) -> frozenset[tuple[int, int, int]]:
    """Return month, day and weekday of the dates that match both day fields, or either of them."""
    return frozenset(
        (month, day, weekday)
        for month in months
        for day in range(1, _LAST_DAY[month] + 1)
        for weekday in range(7)
        if (day in days) + (weekday in weekdays) >= 1 + both
    )
