"""Corners of EltSync that need no engine to be seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.torture.lifecycle import streams_of, sync_of
from tests.torture.model import Process, Ref, Res, Stack, WeldError
from weld_pulumi.simulator import Simulator


def sync(weld: Simulator, **props: Any) -> Res:
    """The sync of these tests, of the one connection."""
    stripe = [c["id"] for c in weld.state()["connections"] if c["integration_id"] == "stripe"]
    connection = stripe[0] if stripe else weld.create_connection("stripe", "Shop")["id"]
    given = {"connection_id": connection, "destination_schema_name": "raw", "sync_interval": "0 * * * *", **props}
    return Res("EltSync", "sync", given)


def test_a_roll_back_that_fails_names_what_is_left(weld: Simulator, stack: Stack) -> None:
    weld.fault("status", "POST", r"/elt_syncs/[^/]+/enable", status=500)
    weld.fault("status", "DELETE", r"/elt_syncs/[^/]+", status=500)
    with pytest.raises(WeldError) as caught:
        stack.up([sync(weld)])
    (left,) = weld.state()["syncs"]
    assert f"The sync {left['id']} was made before that and could not be removed again" in str(caught.value)
    assert f"Remove it in Weld, or take it over with adopt={left['id']!r}." in str(caught.value)
    assert stack.up([sync(weld, adopt=left["id"])]) == {"sync": "create"}
    assert sync_of(weld, "raw")["enabled"]


def test_a_refused_stream_is_explained_where_weld_says_nothing(weld: Simulator, stack: Stack) -> None:
    weld.set_reading("error_body", "empty")
    with pytest.raises(WeldError) as caught:
        stack.up([sync(weld, source_streams=[{"name": "chargess"}, {"name": "orders"}])])
    assert "Weld answered 400" in str(caught.value)
    assert "'chargess' is not a stream of this source; did you mean 'charges'?" in str(caught.value)
    assert "'orders' is retired and stops syncing on 2026-12-31; write 'payment_intents' instead." in str(caught.value)
    assert weld.state()["syncs"] == []


def test_a_lost_answer_is_recognised_though_weld_filled_things_in(weld: Simulator, stack: Stack) -> None:
    weld.set_settings_schema("stripe", {"properties": {"filled": {"type": "string", "default": "in"}}})
    weld.set_readings({"fill_in_values": "filled", "list_lag_seconds": 1.5, "sync_interval_read": "normalised"})
    weld.fault("drop_after", "POST", "/elt_syncs")
    props = {"elt_settings": {"account": "a"}, "sync_interval": "00 */1 * * *"}
    stack.up([sync(weld, **props)])
    assert len(weld.state()["syncs"]) == 1
    weld.advance(10)
    assert stack.up([sync(weld, **props)]) == {}


def test_a_setting_that_weld_keeps_is_told_once(weld: Simulator, stack: Stack) -> None:
    weld.set_reading("settings_update", "merged")
    stack.up([sync(weld, elt_settings={"account": "a", "old": 1})])
    less = [sync(weld, elt_settings={"account": "a"})]
    assert stack.up(less) == {"sync": "update"}
    id = stack.state["sync"].id
    kept = f"warning: Weld: sync {id}: Weld keeps elt_settings.old, which the program no longer gives; it is not"
    assert [line for line in stack.lines if line.startswith(kept)]
    stack.lines.clear()
    assert stack.refresh() == {}
    assert stack.up(less) == {}
    assert stack.lines == []


def test_a_pointer_that_is_not_managed_survives_a_weld_that_resets(weld: Simulator, stack: Stack) -> None:
    weld.set_reading("upsert_missing_fields", "reset")
    stack.up([sync(weld, source_streams=[{"name": "charges", "hashed_columns": ["email"]}])])
    id = stack.state["sync"].id
    weld.patch_stream(streams_of(weld, id)["charges"]["id"], incremental_pointer_id="theirs")
    stack.up([sync(weld, source_streams=[{"name": "charges", "full_sync_always": True, "hashed_columns": ["email"]}])])
    charges = streams_of(weld, id)["charges"]
    assert charges["incremental_pointer_id"] == "theirs"
    assert charges["hashed_columns"] == ["email"]


def test_adopted_settings_are_sent_where_weld_does_not_tell_them(weld: Simulator, stack: Stack) -> None:
    weld.set_reading("settings_read", "absent")
    wanted = sync(weld, elt_settings={"account": "mine"}, adopt=True)
    weld.create_sync(wanted.props["connection_id"], destination_schema_name="raw", elt_settings={"account": "theirs"})
    stack.up([wanted])
    assert sync_of(weld, "raw")["elt_settings"] == {"account": "mine"}
    assert stack.up([wanted]) == {}


def test_unknown_names_pass_also_where_the_sync_is_there(weld: Simulator, stack: Stack) -> None:
    stack.up([sync(weld, source_streams=[{"name": "charges"}])])
    late = Res("EltSync", "late", sync(weld, destination_schema_name="late").props)
    for streams in ([{"name": Ref("late")}, {"name": "charges"}], [Ref("late")], Ref("late")):
        changed = sync(weld, source_streams=streams, destination_schema_name="raw")
        assert stack.preview([late, changed]) == {"late": "create", "sync": "update"}
    unknown = sync(weld, destination_schema_name=Ref("late"))
    assert stack.preview([late, unknown]) == {"late": "create", "sync": "replace"}


def test_a_list_that_holds_odd_things_is_refused_by_place(weld: Simulator) -> None:
    provider = Process(weld, [])["EltSync"]
    odd: list[Any] = [None, 5.0, {"name": ["a"]}, {"name": {"b": 1.0}}, {"name": ""}, {"full_sync_always": "no"}]
    found = provider.check({}, sync(weld, source_streams=odd).props).failures
    assert [failure.reason.partition(":")[0] for failure in found] == [
        "source_streams[0]",
        "source_streams[1]",
        "source_streams[2].name",
        "source_streams[3].name",
        "source_streams[4].name",
        "source_streams[5].name",
        "source_streams[5].full_sync_always",
    ]


@pytest.mark.parametrize("path", [r"/elt_syncs/[^/]+/enable", r"/elt_syncs/[^/]+/source_streams"])
def test_settings_are_not_repeated_whatever_weld_was_asked(weld: Simulator, stack: Stack, path: str) -> None:
    said = {"message": "the token 'hunter2-secret' is wrong"}
    weld.fault("status", "POST", path, status=400, body=said)
    streams = [{"name": "charges"}]
    with pytest.raises(WeldError, match=r"the token '\[secret\]' is wrong"):
        stack.up([sync(weld, elt_settings={"deep": ["hunter2-secret"]}, source_streams=streams)])

    stack.up([sync(weld, elt_settings={"deep": ["hunter2-secret"]}, source_streams=streams)])
    weld.fault("status", "GET", r"/elt_syncs/[^/]+", status=400, body=said)
    with pytest.raises(WeldError, match=r"the token '\[secret\]' is wrong"):
        stack.refresh()
