"""Streams in canonical form, and what of them goes to Weld."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import Res, Stack
from weld_pulumi.api.models import EltStreamInfo
from weld_pulumi.provider.elt_sync.entries import has_open, resolved_by_names, single_entries
from weld_pulumi.provider.source_stream.streams import body_of
from weld_pulumi.schema.streams import STREAM_LIST
from weld_pulumi.simulator import Simulator

LIVE = EltStreamInfo(id="1", name="charges", incremental_pointer_id="theirs")
POINTER = "incremental_pointer_id"


@pytest.mark.parametrize("wild", [{"name": "order_*"}, {"name": "tmp", "exclude": True}])
def test_a_pattern_is_seen_wherever_the_program_has_it(wild: dict[str, Any]) -> None:
    plain = {"name": "zebra"}
    for written in ([wild, plain], [plain, wild], [wild]):
        entries, problems = STREAM_LIST.parse(written, "source_streams")
        assert problems == []
        assert has_open(entries)
    assert not has_open(STREAM_LIST.parse([plain], "source_streams")[0])
    assert not has_open([])
    assert not has_open(None)


def test_a_pattern_before_plain_names_is_resolved() -> None:
    entries, _ = STREAM_LIST.parse([{"name": "order_*"}, {"name": "zebra"}], "source_streams")
    before = [{"name": "order_items"}, {"name": "zebra"}]
    assert resolved_by_names(entries, before) == before


@pytest.mark.parametrize(
    ("entry", "before", "sent"),
    [
        ({}, None, "theirs"),  # not managed: what Weld has is sent along
        ({}, {}, "theirs"),
        ({POINTER: "ours"}, {}, "ours"),
        ({}, {POINTER: "ours"}, ""),  # taken out of the program: cleared
    ],
)
def test_the_pointer_is_kept_set_or_cleared(entry: dict[str, Any], before: dict[str, Any] | None, sent: str) -> None:
    assert body_of({"name": "charges", **entry}, LIVE, before)[POINTER] == sent


def test_a_new_stream_is_sent_whole_but_for_a_pointer() -> None:
    body = body_of({"name": "charges", "full_sync_always": True, "run_triggers": ["x"]})
    assert body == {
        "name": "charges",
        "excluded_columns": [],
        "hashed_columns": [],
        "full_sync_always": True,
        "full_sync_at_midnight": False,
        "protected_from_full_sync": False,
        "excluded_substreams": [],
        "enabled_history_table": False,
    }


def test_a_plain_name_is_an_entry_of_that_name() -> None:
    for written in ("charges", "order_*"):
        assert STREAM_LIST.parse([written], "streams") == STREAM_LIST.parse([{"name": written}], "streams")
    assert single_entries(["charges", {"name": "refunds"}, "refunds", 5]) == [{"name": "charges"}, {}, {}, {}]


@pytest.mark.parametrize("wrong", ["", 5, None, ["charges"]])
def test_an_entry_that_is_neither_a_name_nor_a_dict_is_told_by_its_place(wrong: Any) -> None:
    _, problems = STREAM_LIST.parse(["charges", wrong], "source_streams")
    assert [problem.path for problem in problems] == ["source_streams[1]"]


def test_a_name_that_is_written_in_both_forms_is_listed_twice() -> None:
    _, problems = STREAM_LIST.parse(["charges", {"name": "charges"}], "source_streams")
    assert len(problems) == 1
    assert "'charges'" in problems[0].reason


def test_the_state_has_the_patterns_of_the_program_beside_the_streams_that_they_match(weld: Simulator) -> None:
    stack = Stack(weld)
    shop = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(shop)
    written = [{"name": "charges"}, {"name": "c*", "full_sync_always": True}, {"name": "coupons", "exclude": True}]
    given = {"connection_id": shop, "destination_schema_name": "raw", "sync_interval": "0 * * * *"}
    stack.up([Res("EltSync", "shop", {**given, "source_streams": written})])
    held = stack.state["shop"]
    assert held.inputs["__patterns"] == [{"name": "c*"}, {"name": "coupons", "exclude": True}]
    assert "coupons" not in [entry["name"] for entry in held.inputs["source_streams"]]
    assert "__patterns" not in held.outs

    # A state of 0.1 has none of them; they alone are no change, and neither is another pattern for the same streams.
    del held.inputs["__patterns"]
    assert stack.up([Res("EltSync", "shop", {**given, "source_streams": written})]) == {}
    assert len(held.inputs["__patterns"]) == 2
    assert stack.refresh() == {}
    names = [{"name": entry["name"], **entry} for entry in held.inputs["source_streams"]]
    assert stack.up([Res("EltSync", "shop", {**given, "source_streams": names})]) == {}
    assert "__patterns" not in held.inputs


def test_the_state_has_no_pattern_of_secret_streams(weld: Simulator) -> None:
    stack = Stack(weld)
    given = {
        "connection_id": weld.create_connection("stripe", "Shop")["id"],
        "destination_schema_name": "raw",
        "sync_interval": "0 * * * *",
        "source_streams": [{"name": "c*"}],
    }
    stack.up([Res("EltSync", "shop", {**given, "__secrets": ["source_streams[0].name"]})])
    assert "__patterns" not in stack.state["shop"].inputs
    assert stack.state["shop"].outs["__secrets"] == ["source_streams"]
    stack.up([Res("EltSync", "other", {**given, "elt_settings": {"account": "a"}, "__secrets": ["elt_settings"]})])
    assert stack.state["other"].inputs["__patterns"] == [{"name": "c*"}]
    assert stack.state["other"].outs["__secrets"] == ["elt_settings"]
