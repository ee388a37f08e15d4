"""Corners of EltSync that need no engine to be seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.fake_engine import Process, Ref, RefusedError, Res, Stack, WeldError
from tests.support.wording import naming, saying, says
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
    assert says(caught.value, f"DELETE /elt_syncs/{left['id']}", "could not be removed", f"adopt={left['id']!r}")
    assert stack.up([sync(weld, adopt=left["id"])]) == {"sync": "create"}
    assert sync_into(weld, "raw")["enabled"]


def test_a_refused_stream_is_explained_where_weld_says_nothing(weld: Simulator, stack: Stack) -> None:
    weld.set_reading("error_body", "empty")
    with pytest.raises(WeldError) as caught:
        stack.up([sync(weld, source_streams=[{"name": "chargess"}, {"name": "orders"}])])
    assert says(caught.value, "400", "'chargess'", "did you mean 'charges'?")
    assert says(caught.value, "'orders'", "retired", "2026-12-31", "write 'payment_intents'")
    assert weld.state()["syncs"] == []


def test_a_lost_answer_is_recognized_though_weld_filled_things_in(weld: Simulator, stack: Stack) -> None:
    weld.set_settings_schema("stripe", {"properties": {"filled": {"type": "string", "default": "in"}}})
    weld.set_readings({"fill_in_values": "filled", "list_lag_seconds": 1.5, "sync_interval_read": "normalized"})
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
    assert saying(stack.lines, f"warning: Weld: sync {id}: ", "keeps elt_settings.old,")
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
    assert sync_into(weld, "raw")["elt_settings"] == {"account": "mine"}
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


def test_a_firing_that_fails_half_way_is_not_repeated(weld: Simulator, stack: Stack) -> None:
    streams = [{"name": name} for name in ("charges", "customers", "refunds")]
    stack.up([sync(weld, source_streams=streams)])
    weld.advance(60)
    changed = [sync(weld, source_streams=streams, run_triggers=["now"])]
    weld.fault("status", "POST", r"/elt_streams/[^/]+/request_run", status=400, nth=1)
    weld.fault("status", "POST", r"/elt_streams/[^/]+/request_run", status=403, nth=2)
    stack.up(changed)
    weld.advance(60)
    weld.clear_requests()
    assert stack.up(changed) == {}
    assert weld.writes() == []
    customers = streams_of(weld, sync_into(weld, "raw")["id"])["customers"]["id"]
    told = saying(stack.lines, "403")
    assert len(told) == 1
    assert says(told[0], "not repeated", f"`weld-pulumi run {customers}`")

    # Where nothing was asked yet, all is asked by the next run.
    again = [sync(weld, source_streams=streams, run_triggers=["again"])]
    weld.fault("status", "POST", r"/elt_streams/[^/]+/request_run", status=403)
    with pytest.raises(WeldError):
        stack.up(again)
    weld.clear_requests()
    stack.up(again)
    assert len(weld.writes()) == 3


def test_triggers_of_a_new_sync_mean_the_streams_that_come_after_it(weld: Simulator, stack: Stack) -> None:
    first, off = sync(weld, full_refresh_triggers=["a"]), sync(weld, destination_schema_name="off")
    streams = [
        Res("SourceStream", "charges", {"elt_sync_id": Ref("sync"), "name": "charges"}),
        Res("SourceStream", "refunds", {"elt_sync_id": Ref("sync"), "name": "refunds", "run_triggers": ["b"]}),
        Res("SourceStream", "plans", {"elt_sync_id": Ref("off"), "name": "plans"}),
    ]
    program = [first, Res("EltSync", "off", off.props), *streams]
    stack.up(program)
    asked = [request.path for request in weld.writes() if "/request_full_refresh" in request.path]
    made = streams_of(weld, sync_into(weld, "raw")["id"])
    assert sorted(asked) == sorted(f"/elt_streams/{s['id']}/request_full_refresh" for s in made.values())
    weld.clear_requests()
    later = Res("SourceStream", "disputes", {"elt_sync_id": Ref("sync"), "name": "disputes"})
    stack.up([*program, later])
    assert [request.path for request in weld.writes() if "/request_" in request.path] == []


def test_a_wrong_adopt_is_told_beside_another_mistake(weld: Simulator, stack: Stack) -> None:
    with pytest.raises(RefusedError) as caught:
        stack.preview([sync(weld, adopt="nope", sync_interval="hourly")])
    assert says(caught.value, "sync_interval: 'hourly' ", "write '0 * * * *'", "adopt: adopt='nope': ", "no such sync")


def test_two_new_syncs_that_are_the_same_are_told_in_preview(weld: Simulator, stack: Stack) -> None:
    twin = Res("EltSync", "twin", {**sync(weld).props, "enabled": False})
    with pytest.raises(RefusedError, match=naming("destination_schema_name: 'sync' of this program", "the same")):
        stack.preview([sync(weld), twin])
    other = Res("EltSync", "twin", {**twin.props, "sync_interval": "5 * * * *"})
    stack.up([sync(weld), other])
    assert len(weld.state()["syncs"]) == 2


def test_whole_numbers_are_sent_as_such(weld: Simulator, stack: Stack) -> None:
    weld.set_settings_schema("stripe", {})
    stack.up([sync(weld, elt_settings={"days": 60, "share": 0.5, "list": [1, 2]})])
    (made,) = (request.body for request in weld.writes() if request.path == "/elt_syncs")
    assert json.dumps(made["elt_settings"], sort_keys=True) == '{"days": 60, "list": [1, 2], "share": 0.5}'


def test_a_stream_with_the_same_flags_keeps_the_columns_that_only_weld_knows(weld: Simulator, stack: Stack) -> None:
    stack.up([sync(weld)])
    id = sync_into(weld, "raw")["id"]
    weld.create_stream(id, "charges", hashed_columns=["email"])
    weld.clear_requests()
    charges = Res("SourceStream", "charges", {"elt_sync_id": Ref("sync"), "name": "charges"})
    assert stack.up([sync(weld), charges]) == {"charges": "create"}
    assert streams_of(weld, id)["charges"]["hashed_columns"] == ["email"]


def test_a_stream_that_no_preview_has_shown_stays_when_the_list_changes(weld: Simulator, stack: Stack) -> None:
    stack.up([sync(weld, source_streams=["charges", "refunds"])])
    id = sync_into(weld, "raw")["id"]
    weld.create_stream(id, "customers")
    assert stack.up([sync(weld, source_streams=["charges", "invoices"])]) == {"sync": "update"}
    assert sorted(streams_of(weld, id)) == ["charges", "customers", "invoices"]


def test_a_sync_that_came_up_after_the_preview_is_refused_and_named_and_not_doubled(
    weld: Simulator, stack: Stack
) -> None:
    wanted = sync(weld)
    inputs = Process(weld, stack.lines)["EltSync"].check({}, wanted.props).inputs
    came = weld.create_sync(wanted.props["connection_id"], destination_schema_name="raw", sync_interval="0 * * * *")
    with pytest.raises(WeldError, match=naming(f"adopt={came['id']!r}")):
        Process(weld, stack.lines)["EltSync"].create(inputs)
    assert [row["id"] for row in weld.state()["syncs"]] == [came["id"]]
