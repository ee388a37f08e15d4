"""The table of arguments: what it says of names that it does not have."""

from __future__ import annotations

import pytest

from tests.support.wording import says
from weld_pulumi.schema.attributes import Schema
from weld_pulumi.schema.streams import SOURCE_STREAM, STREAM_LIST


def reasons(table: Schema, name: str) -> list[str]:
    _, problems = table.canonical({**{field.name: "x" for field in table if field.required}, name: "x"})
    return [problem.reason for problem in problems if problem.path == name]


def test_a_near_miss_of_an_argument_is_named() -> None:
    (reason,) = reasons(SOURCE_STREAM, "nmae")
    assert reason.endswith("did you mean 'name'?")


@pytest.mark.parametrize("name", ["adopt", "elt_sync_id", "zzz"])
def test_an_argument_that_resembles_nothing_is_to_be_removed(name: str) -> None:
    _, problems = STREAM_LIST.parse([{"name": "customers", name: True}], "source_streams")
    assert [problem.path for problem in problems] == [f"source_streams[0].{name}"]
    assert says(problems[0].reason, "remove it", ": name, incremental_pointer_id, excluded_columns, ")
    assert problems[0].reason.endswith(", exclude")
