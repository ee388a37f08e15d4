from __future__ import annotations

from typing import Any

import pytest

from tests.support.wording import says
from weld_pulumi.validation.flags import stream_problems
from weld_pulumi.validation.problems import Problem

PROTECTED = ["protected_from_full_sync", "only one"]
NO_EFFECT = ["no effect", "exclude=True", "remove"]
UNKNOWN = object()


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "a"},
        {"name": "a", "full_sync_always": True, "full_sync_at_midnight": True},
        {"name": "a", "protected_from_full_sync": True, "full_sync_always": False},
        {"name": "a", "protected_from_full_sync": UNKNOWN, "full_sync_always": True},
        {"name": "a", "excluded_columns": ["x"], "hashed_columns": ["y"]},
        {"name": "a", "excluded_columns": ["x", UNKNOWN], "hashed_columns": [UNKNOWN]},
        {"name": "a", "excluded_columns": UNKNOWN, "hashed_columns": ["x"]},
        {"name": "a", "excluded_columns": None, "hashed_columns": None},
        {"name": "a", "exclude": True, "hashed_columns": [], "full_sync_always": False, "incremental_pointer_id": ""},
        {"name": "tmp_*", "exclude": True, "full_sync_always": UNKNOWN},
        {"name": "a", "exclude": False, "full_sync_always": True},
        {"name": UNKNOWN, "exclude": UNKNOWN, "full_sync_always": True},
        {},
    ],
)
def test_flags_that_go_together_are_no_problem(entry: dict[str, Any]) -> None:
    assert stream_problems(entry, "source_streams[0]") == []


@pytest.mark.parametrize(
    ("entry", "field", "parts"),
    [
        ({"name": "a", "protected_from_full_sync": True, "full_sync_always": True}, "full_sync_always", PROTECTED),
        (
            {"name": "a", "protected_from_full_sync": True, "full_sync_at_midnight": True},
            "full_sync_at_midnight",
            PROTECTED,
        ),
        (
            {"name": "a", "excluded_columns": ["x", "email"], "hashed_columns": ["email", "email"]},
            "hashed_columns",
            ["'email'", "excluded_columns", "one of the two"],
        ),
        ({"name": "a", "exclude": True, "full_sync_always": True}, "full_sync_always", NO_EFFECT),
        ({"name": "a", "exclude": True, "run_triggers": ["x"]}, "run_triggers", NO_EFFECT),
        ({"name": " "}, "name", ["empty", "`weld-pulumi streams SYNC_ID`"]),
    ],
)
def test_flags_that_contradict_each_other_are_a_problem(entry: dict[str, Any], field: str, parts: list[str]) -> None:
    (alone,) = stream_problems(entry)
    assert alone.path == field
    assert says(alone.reason, *parts)
    assert stream_problems(entry, "source_streams[3]") == [Problem(f"source_streams[3].{field}", alone.reason)]


def test_all_contradictions_are_told() -> None:
    entry = {
        "name": "",
        "protected_from_full_sync": True,
        "full_sync_always": True,
        "full_sync_at_midnight": True,
        "excluded_columns": ["a", "b"],
        "hashed_columns": ["b", "a"],
    }
    paths = [problem.path for problem in stream_problems(entry)]
    assert paths == ["name", "full_sync_always", "full_sync_at_midnight", "hashed_columns", "hashed_columns"]
