"""Options of the engine that go by the index of a list: which are refused, and what a preview says to write."""

from __future__ import annotations

from typing import Any

import pytest

from weld_pulumi.provider.core.option_paths import option_problems
from weld_pulumi.schema.elt_sync import ELT_SYNC
from weld_pulumi.schema.values import UNKNOWN


def entries(*names: Any) -> dict[str, Any]:
    return {"source_streams": [{"name": name} for name in names]}


def refused(path: str, now: dict[str, Any], before: dict[str, Any], names: Any = None) -> list[str]:
    options = {"ignore_changes": [path], "names": names}
    return [problem.path for problem in option_problems(ELT_SYNC, options, now, before, now)]


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("source_streams[0].hashed_columns", []),
        ("source_streams[1].hashed_columns", ["source_streams[1]"]),
        ('["source_streams"][1]["hashed_columns"]', ["source_streams[1]"]),
        ("source_streams[1]", ["source_streams[1]"]),
        ("source_streams[2]", []),
        ("source_streams[*].hashed_columns", ["source_streams[1]"]),
        ('source_streams["*"].hashed_columns', ["source_streams[1]"]),
        ("source_streams.*", ["source_streams[1]"]),
        ("source_streams", []),
        ("elt_settings.list[0]", []),
    ],
)
def test_an_index_has_to_mean_the_stream_of_the_last_up(path: str, places: list[str]) -> None:
    assert refused(path, entries("a", "new", "b"), entries("a", "b")) == places


def test_a_new_resource_and_a_name_that_only_up_tells_are_not_compared() -> None:
    assert refused("source_streams[0].name", entries("a"), {}) == []
    assert refused("source_streams[0].name", entries(UNKNOWN), entries("b")) == []
    assert refused("source_streams[0].name", {"source_streams": UNKNOWN}, entries("b")) == []
    assert refused("source_streams[0].name", entries("a"), entries("a"), names=UNKNOWN) == []


def test_the_name_that_the_program_wrote_counts_not_the_one_that_the_engine_put_back() -> None:
    assert refused("source_streams[0]", entries("a"), entries("a"), names=["b"]) == ["source_streams[0]"]


@pytest.mark.parametrize("path", ["source_streams[1]", "source_streams[2].hashed_columns", "source_streams[*].name"])
def test_from_a_pattern_on_no_index_has_a_meaning(path: str) -> None:
    assert refused(path, entries("a", "b*", "c"), {}) == ["source_streams"]
    assert refused(path, entries("a", "b", "c"), {}, names=["a", "b*", "c"]) == ["source_streams"]
    assert refused("source_streams[0]", entries("a", "b*", "c"), {}) == []


def test_without_such_options_nothing_is_refused() -> None:
    assert option_problems(ELT_SYNC, None, entries("a", "b*"), entries("b"), entries("a")) == []
