from __future__ import annotations

import doctest

import pytest

from weld_pulumi import _amounts
from weld_pulumi._amounts import bytes_text, duration_text, rows_text


def test_the_examples_are_true() -> None:
    assert doctest.testmod(_amounts).failed == 0


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (99_999.4, "99,999"), (100_000, "100 k"), (999_499, "999 k"), (999_500, "1.0 M")]
)
def test_rows_are_short_from_a_hundred_thousand_on(number: float, text: str) -> None:
    assert rows_text(number) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (5.1e15, "5,100.0 TB")])
def test_bytes_have_a_decimal_unit(number: float, text: str) -> None:
    assert bytes_text(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s"), (59.6, "1 min"), (3661, "1 h 1 min"), (90_000, "1 d 1 h"), (86_400, "1 d")]
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
