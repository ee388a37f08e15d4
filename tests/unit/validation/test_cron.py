from __future__ import annotations

from datetime import datetime
from itertools import combinations, islice, takewhile

import pytest
from cronsim import CronSim
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.wording import says
from weld_pulumi.validation.cron import canonical_cron, runs_per_day, same_schedule

EXAMPLE = "for example '0 */6 * * *'"


@pytest.mark.parametrize(
    "text",
    [
        "0 0 * * *",
        "*/15 * * * *",
        "0,15,30,45 8-18/2 1,15 JAN-MAR,dec MON-fri",
        "00 06 * * 7",
        "0 */24 * * *",
        "0 0 29 2 *",
        "0 0 31 2 1",
        "0 0 31 2,3 *",
        "0 0 1-31 * 0-7",
    ],
)
def test_standard_expressions_are_accepted(text: str) -> None:
    assert canonical_cron(text) == text


def test_white_space_is_folded() -> None:
    assert canonical_cron(" 0\t*/6  * *\n* ") == "0 */6 * * *"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("@daily", ["write '0 0 * * *'"]),
        ("@hourly", ["write '0 * * * *'"]),
        ("hourly", ["write '0 * * * *'"]),
        ("Weekly", ["write '0 0 * * 0'"]),
        ("@annually", ["write '0 0 1 1 *'"]),
        ("every month", ["write '0 0 1 * *'"]),
        ("6h", ["write '0 */6 * * *'"]),
        ("every 6 hours", ["write '0 */6 * * *'"]),
        ("rate(6 hours)", ["write '0 */6 * * *'"]),
        ("60m", ["write '0 * * * *'"]),
        ("every minute", ["write '* * * * *'"]),
        ("15 min", ["write '*/15 * * * *'"]),
        ("1d", ["write '0 0 * * *'"]),
        ("24 hours", ["write '0 0 * * *'"]),
        ("1 week", ["write '0 0 * * 0'"]),
        ("every 5 hours", ["no such interval", EXAMPLE]),
        ("0h", ["no such interval", EXAMPLE]),
        ("@reboot", ["no such interval", EXAMPLE]),
        ("3600", ["1 field,", EXAMPLE]),
        ("* * *", ["3 fields,", EXAMPLE]),
        ("0 0 6 * * *", ["6 fields,", "write '0 6 * * *'"]),
        ("0 0 12 ? * MON 2026", ["7 fields,", "write '0 12 * * MON'"]),
        ("5 0 6 * * *", ["6 fields,", EXAMPLE]),
        ("61 * * * *", ["minute '61'", "0-59", EXAMPLE]),
        ("0 24 * * *", ["hour '24'", "0-23", EXAMPLE]),
        ("0 0 0 * *", ["day of month '0'", "1-31", EXAMPLE]),
        ("0 0 * 13 *", ["month '13'", "1-12 or JAN-DEC", EXAMPLE]),
        ("0 0 * * 8", ["day of week '8'", "0-7 or SUN-SAT", EXAMPLE]),
        ("0 0 * * MONDAY", ["day of week 'MONDAY'", "three letters", "write '0 0 * * MON'"]),
        ("0 0 * * mon,Tuesday", ["day of week 'Tuesday'", "three letters", "write '0 0 * * mon,Tue'"]),
        ("0/15 * * * *", ["minute '0/15'", "without a range", "write '0-59/15 * * * *'"]),
        ("*/0 * * * *", ["minute '*/0'", "below 1", EXAMPLE]),
        ("0 22-2 * * *", ["hour '22-2'", "backwards", "write '0 22-23,0-2 * * *'"]),
        ("0 0 * * FRI-SUN", ["day of week 'FRI-SUN'", "backwards", "write '0 0 * * 5-6,0'"]),
        ("0 0 L * *", ["day of month 'L'", "1-31", EXAMPLE]),
        ("0 0 ? * MON", ["day of month '?'", "not standard", "write '0 0 * * MON'"]),
        ("0 0 * * 5#2", ["day of week '5#2'", "not standard", EXAMPLE]),
        ("0,, * * * *", ["minute ''", "not standard", EXAMPLE]),
    ],
)
def test_a_wrong_cron_expression_is_refused_with_what_to_write(text: str, parts: list[str]) -> None:
    with pytest.raises(ValueError, match="write") as caught:
        canonical_cron(text)
    assert says(caught.value, f"{text!r} ", *parts)


@pytest.mark.parametrize(
    ("text", "instead"),
    [("0 0 31 2 *", "0 0 28 2 *"), ("0 0 30 2 *", "0 0 28 2 *"), ("0 0 31 4,6 *", "0 0 30 4,6 *")],
)
def test_a_schedule_of_impossible_dates_is_refused(text: str, instead: str) -> None:
    with pytest.raises(ValueError, match="never runs") as caught:
        canonical_cron(text)
    assert says(caught.value, f"{text!r} ", f"write {instead!r}")


def test_an_empty_cron_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="empty") as caught:
        canonical_cron(" \n")
    assert says(caught.value, EXAMPLE)


@pytest.mark.parametrize("text", ["²  * * * *", "٣ * * * *", "9" * 5000 + " * * * *", "*/9999 * * * *x", "0 0 * ſep *"])
def test_odd_texts_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="cron") as caught:
        canonical_cron(text)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * * SUN", "0 0 * * 0"),
        ("*/15 * * * *", "0,15,30,45 * * * *"),
        ("0/15 * * * *", "*/15 * * * *"),
        ("0 0 1 jan *", "0 0 1 1 *"),
        (" 0  0 * * * ", "0 0 * * *"),
        ("00 00 * * *", "0 0 * * *"),
        ("0 0 * * 1-7", "0 0 * * *"),
        ("0 0 1-31 * *", "0 0 * * *"),
        ("0 */24 * * *", "0 0 * * *"),
        ("0 0 31 4,5 *", "0 0 31 5 *"),
        ("0 0 1 * 1", "0 0 1 * MON"),
        ("6h", " 6h "),
        (None, None),
    ],
)
def test_two_expressions_may_be_the_same_schedule(one: str | None, other: str | None) -> None:
    assert same_schedule(one, other)
    assert same_schedule(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0 0 * * *", "0 1 * * *"),
        ("0 0 1 * 1", "0 0 1 * *"),
        ("0 0 1 * 1", "0 0 * * 1"),
        ("0 0 1 * 1-7", "0 0 1 * *"),
        ("0 0 */2 * 1", "0 0 1-31/2 * 1"),
        ("0 0 1-31 * 1", "0 0 * * 1"),
        ("0 0 1-31 * 1", "0 0 * * *"),  # every day to Debian's cron, Mondays to others
        ("0 0 * * 5#2", "0 0 * * 5"),
        ("0 0 L * *", "0 0 31 * *"),
        ("0 0 * * * *", "0 0 * * *"),
        ("6h", "0 */6 * * *"),
        ("0 0 * * *", None),
        (None, ""),
    ],
)
def test_two_expressions_may_be_different_schedules(one: str | None, other: str | None) -> None:
    assert not same_schedule(one, other)
    assert not same_schedule(other, one)


def _field(low: int, high: int, *more: str) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    step = st.tuples(span | st.just("*"), st.integers(1, high)).map(lambda parts: f"{parts[0]}/{parts[1]}")
    term = number.map(str) | span | step | st.sampled_from(["*", *more])
    return st.just("*") | st.lists(term, min_size=1, max_size=3).map(",".join)


CRON = st.tuples(
    _field(0, 59), _field(0, 23), _field(1, 31), _field(1, 12, "JAN", "feb-APR"), _field(0, 7, "SUN", "mon-FRI")
).map(" ".join)


def _runs(text: str, count: int = 40) -> list[datetime]:
    return list(islice(CronSim(text, datetime(2024, 1, 1)), count))


def _canonical(text: str) -> str:
    try:
        return canonical_cron(text)
    except ValueError as error:
        assume("never runs" not in str(error))
        raise


@given(CRON)
def test_canonical_form_is_stable_and_the_same_schedule(text: str) -> None:
    canonical = _canonical(text.replace(" ", " \t"))
    assert canonical_cron(canonical) == canonical
    assert same_schedule(canonical, text)
    assert _runs(canonical) == _runs(text)


@given(CRON, CRON, st.integers(0, 4))
def test_same_schedules_run_at_the_same_times(one: str, other: str, keep: int) -> None:
    mixed = " ".join([*one.split()[:keep], *other.split()[keep:]])
    for left, right in ((one, other), (one, mixed)):
        assume("never runs" not in _refusal(left) + _refusal(right))
        assert same_schedule(left, right) == same_schedule(right, left)
        if same_schedule(left, right):
            assert _runs(left) == _runs(right)


def _refusal(text: str) -> str:
    try:
        canonical_cron(text)
    except ValueError as error:
        return str(error)
    return ""


@given(st.text(alphabet="0123456789*/,-LW#?@ JANMOhd", max_size=20))
def test_any_text_is_a_cron_expression_or_refused_with_advice(text: str) -> None:
    refusal = _refusal(text)
    if refusal:
        assert "write" in refusal
    else:
        _runs(text, 1)
    assert same_schedule(text, text)


SAMPLES = [
    *("* *", "1-31 *", "*/1 *", "1 *", "*/40 *", "1,1 *", "1-31/2 *", "*/2 *", "31 *", "28-31 2", "28,29 2"),
    *("* 1-12", "* JAN-DEC", "* 1-6,7-12", "31 4,5", "31 5"),
]
WEEKDAYS = ["*", "0-6", "1-7", "7", "0", "SUN", "1-5", "MON-FRI", "*/7", "*/2"]


def test_schedules_are_the_same_exactly_where_their_dates_are() -> None:
    """Where one day field is a plain star, all crons agree: the same dates, if and only if the same schedule."""
    texts = [f"0 0 {days} *" for days in SAMPLES] + [f"0 0 * * {weekday}" for weekday in WEEKDAYS]
    end = datetime(2005, 1, 1)
    dates = {text: list(takewhile(lambda at: at < end, CronSim(text, datetime(2000, 1, 1)))) for text in texts}
    for one, other in combinations(texts, 2):
        assert same_schedule(one, other) == (dates[one] == dates[other]), (one, other)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("* * * * *", 1440),
        ("*/15 8-18/2 * * *", 24),
        ("0 0 * * 1-5", 5 / 7),
        ("0 0,12 * * 0", 2 / 7),
        ("0 0 1 * *", 12 / 366),
        ("0 0 1 1 *", 1 / 366),
        # Crons differ on whether both day fields have to fit.
        ("0 0 */2 * 1", None),
        ("hourly", None),
    ],
)
def test_an_expression_has_so_many_runs_a_day_on_average(text: str, number: float | None) -> None:
    assert runs_per_day(text) == (None if number is None else pytest.approx(number))
