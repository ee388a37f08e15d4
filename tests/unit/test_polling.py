"""Polling: what is looked at again, after which pauses."""

from __future__ import annotations

import doctest
import itertools

import pytest

from weld_pulumi.provider.core import polling
from weld_pulumi.provider.core.polling import growing_delays, poll


@pytest.mark.parametrize(
    ("results", "expected", "paused"),
    [
        (["found"], "found", []),
        ([None, "found"], "found", [1.0]),
        ([None, None, "found"], "found", [1.0, 2.0]),
        ([None, None, None], None, [1.0, 2.0]),
    ],
)
def test_a_poll_looks_at_once_and_after_each_pause_until_there_is_a_result(
    results: list[str | None], expected: str | None, paused: list[float]
) -> None:
    left, pauses = list(results), list[float]()
    assert poll(lambda: left.pop(0), (1.0, 2.0), pauses.append) == expected
    assert (left, pauses) == ([], paused)


def test_the_pauses_grow_up_to_the_longest() -> None:
    delays = list(itertools.islice(growing_delays(0.5, 10.0, 1.4), 20))
    assert delays[:2] == [0.5, 0.7]
    assert delays == sorted(delays)
    assert delays[-1] == 10.0


def test_the_examples_run() -> None:
    assert doctest.testmod(polling).failed == 0
