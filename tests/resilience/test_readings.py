"""The whole life cycle under each value of each reading, and under random combinations of all."""

from __future__ import annotations

import os
import random

import pytest

from tests.support.lifecycles import live_through
from weld_pulumi.simulator import READINGS, Simulator

#: Answers that refuse an operation for good are proven where the refusal is: they have no life cycle to live through.
NUMBERS = {
    "rate_limit_every": ("5",),
    "rate_limit_seconds": ("2",),
    "max_syncs_per_connection": ("9",),
    "max_streams_per_upsert": ("1", "2"),
    "list_lag_seconds": ("1.5",),
}
COMBINATIONS = int(os.environ.get("WELD_TEST_COMBINATIONS", "200"))
SEED = int(os.environ.get("WELD_TEST_SEED", "20261122"))


def _values(name: str, values: tuple[str, ...], numeric: bool) -> tuple[str, ...]:
    return NUMBERS[name] if numeric else values


CASES = [(r.name, value) for r in READINGS for value in _values(r.name, r.values, r.numeric)]


def _live(readings: dict[str, str]) -> None:
    with Simulator(auto_authorize=True, readings=readings) as weld:
        live_through(weld)


@pytest.mark.parametrize(
    ("name", "value"),
    # Each sixth is quick.
    [pytest.param(*c, id="=".join(c), marks=[pytest.mark.long] if n % 6 else []) for n, c in enumerate(CASES)],
)
def test_a_stack_lives_under_each_reading(name: str, value: str) -> None:
    extra = {"rate_limit": "seconds"} if name.startswith("rate_limit_") else {}
    _live({**extra, name: value})


@pytest.mark.long
@pytest.mark.parametrize("number", range(COMBINATIONS))
def test_a_stack_lives_under_random_combinations_of_readings(number: int) -> None:
    chance = random.Random(SEED + number)
    readings = {r.name: chance.choice(_values(r.name, r.values, r.numeric)) for r in READINGS}
    try:
        _live(readings)
    except Exception as error:
        raise AssertionError(f"WELD_TEST_SEED={SEED}, combination {number}: {readings}") from error
