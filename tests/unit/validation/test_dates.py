from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wording import says
from weld_pulumi.validation.dates import canonical_date, same_date


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2020-01-01", "2020-01-01"),
        (" 2024-02-29 ", "2024-02-29"),
        ("2020-01-01T00:00:00.000Z", "2020-01-01"),
        ("2020-01-01t10:00z", "2020-01-01"),
        ("2020-01-01 10:00:00", "2020-01-01"),
        ("2020-01-01T00:00:00.123456789Z", "2020-01-01"),
        ("2020-01-01T01:00:00+02:00", "2019-12-31"),
        ("2020-01-01T23:30:00-0100", "2020-01-02"),
        ("2020-01-01T23:30:00-01", "2020-01-02"),
        ("0800-01-01", "0800-01-01"),
    ],
)
def test_dates_and_time_stamps_are_accepted(text: str, canonical: str) -> None:
    assert canonical_date(text) == canonical


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2024-02-30", "write '2024-02-29'"),
        ("2023-02-29T00:00:00Z", "write '2023-02-28'"),
        ("2024-01-01T25:00:00Z", "write '2024-01-01'"),
        ("01/02/2024", "write '2024-01-02' or '2024-02-01'"),
        ("01/02/2024 10:00", "write '2024-01-02' or '2024-02-01'"),
        ("13/02/2024", "write '2024-02-13'"),
        ("02/13/2024", "write '2024-02-13'"),
        ("30.1.2024", "write '2024-01-30'"),
        ("03-03-2024", "write '2024-03-03'"),
        ("2024/1/5", "write '2024-01-05'"),
        ("2024-1-5", "write '2024-01-05'"),
        ("20240130", "write '2024-01-30'"),
        ("2024-13-01", "write YYYY-MM-DD"),
        ("0000-01-01", "write YYYY-MM-DD"),
        ("1612112345", "write YYYY-MM-DD"),
        ("24-01-31", "write YYYY-MM-DD"),
        ("yesterday", "write YYYY-MM-DD"),
        ("", "write YYYY-MM-DD"),
        ("٢٠٢٤-01-01", "write YYYY-MM-DD"),
        ("0001-01-01T00:00:00+02:00", "write '0001-01-01'"),
    ],
)
def test_a_wrong_date_is_refused_with_what_to_write(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match="date") as caught:
        canonical_date(text)
    assert str(caught.value).startswith(f"{text!r} ")
    assert says(caught.value, advice)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2020-01-01", "2020-01-01T00:00:00.000Z", True),
        ("2020-01-01", "2020-01-02", False),
        ("2020-01-01T00:00:00Z", "2020-01-01T02:00:00+02:00", True),
        (None, None, True),
        (None, "2020-01-01", False),
        (None, "", False),
        ("soon", " soon ", True),
        ("soon", "2020-01-01", False),
    ],
)
def test_two_texts_may_be_the_same_date(one: str | None, other: str | None, same: bool) -> None:
    assert same_date(one, other) is same
    assert same_date(other, one) is same


@given(st.dates())
def test_the_canonical_form_of_a_date_is_stable(day: date) -> None:
    assert canonical_date(day.isoformat()) == day.isoformat()
    assert same_date(day.isoformat(), f"{day.isoformat()}T00:00:00.000Z")


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-23 * 60, 23 * 60))
def test_a_time_stamp_means_its_date_in_utc(at: datetime, offset: int) -> None:
    local = at.replace(tzinfo=timezone(timedelta(minutes=offset)), microsecond=0)
    assert canonical_date(local.isoformat()) == local.astimezone(timezone.utc).date().isoformat()


@given(st.text(max_size=30) | st.text(alphabet="0123456789-/T:Z. ", max_size=30))
def test_any_text_is_a_date_or_refused_with_advice(text: str) -> None:
    assert same_date(text, text)
    try:
        canonical = canonical_date(text)
    except ValueError as error:
        canonical = ""
        refusal = str(error)
    assert canonical_date(canonical) == canonical if canonical else "write" in refusal
