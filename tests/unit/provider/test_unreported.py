"""What Weld does not report is unknown: neither none, nor the same, nor another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import Res, Stack
from tests.support.refusals import refused, sync
from tests.support.wording import saying, says
from weld_pulumi.errors import WeldError
from weld_pulumi.simulator import Simulator


@pytest.fixture(autouse=True, params=["absent", "null"])
def sparse(weld: Simulator, request: pytest.FixtureRequest) -> None:
    weld.set_readings({"optional_fields": "left_out", "absent_optional": request.param})


def one(weld: Simulator) -> dict[str, Any]:
    (found,) = weld.state()["syncs"]
    return dict(found)


def test_a_sub_stream_that_weld_may_have_is_not_refused(weld: Simulator, stack: Stack) -> None:
    zendesk = weld.create_connection("zendesk", "Help")["id"]
    made = weld.create_sync(zendesk)["id"]
    entry = {"name": "tickets", "excluded_substreams": ["ticket_tags"]}
    assert stack.preview([Res("SourceStream", "it", {"elt_sync_id": made, **entry})]) == {"it": "create"}
    assert stack.preview([Res("EltSync", "it", sync(zendesk, "new", source_streams=[entry]))]) == {"it": "create"}


def test_adopting_by_id_needs_no_schema_and_sends_what_is_unknown(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    workflow = weld.state()["orchestrations"][0]["id"]
    made = weld.create_sync(stripe, destination_schema_name="weld", sync_interval="0 5 * * *", streams=["charges"])[
        "id"
    ]
    props = sync(stripe, "weld", adopt=made, orchestration_workflow_id=workflow, elt_settings={"account": "a"})
    stack.up([Res("EltSync", "it", props)])
    unknown = ": destination_schema_name, elt_settings, sync_interval"
    assert saying(stack.lines, f"adopts sync {made} ", "schema not", "interval not", unknown)
    now = one(weld)
    assert (now["orchestration_workflow_id"], now["sync_interval"]) == (workflow, "0 0 * * *")
    assert now["elt_settings"] == {"account": "a"}
    assert stack.refresh() == {}
    assert stack.up([Res("EltSync", "it", props)]) == {}


def test_adopting_the_only_one_needs_a_schema(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    made = weld.create_sync(stripe, destination_schema_name="theirs")["id"]
    text = refused(stack, "EltSync", **sync(stripe, "mine", adopt=True))
    assert says(text, f"{made} (schema not reported", f"adopt={made!r}")
    assert weld.writes() == []


def test_another_sync_of_the_connection_is_made_and_the_doubt_is_told(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    theirs = weld.create_sync(stripe, destination_schema_name="theirs", sync_interval="0 0 * * *")["id"]
    assert stack.up([Res("EltSync", "mine", sync(stripe, "mine"))]) == {"mine": "create"}
    assert saying(stack.lines, "not report", f"{theirs} (schema not reported", "'mine'", f"adopt={theirs!r}")
    assert len(weld.state()["syncs"]) == 2


@pytest.mark.parametrize("action", ["drop_after", "truncate"])
def test_a_sync_that_may_be_what_a_lost_answer_told_is_named_and_left_alone(
    weld: Simulator, stack: Stack, action: str
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.fault(action, "POST", "/elt_syncs", times=1)
    props = sync(stripe, "weld", source_streams=[{"name": "charges"}])
    with pytest.raises(WeldError, match="not report") as raised:
        stack.up([Res("EltSync", "it", props)])
    made = one(weld)
    assert f"adopt={made['id']!r}" in str(raised.value)
    stack.up([Res("EltSync", "it", {**props, "adopt": made["id"]})])
    assert one(weld)["enabled"]


def test_a_lost_request_is_sent_again(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.fault("drop_before", "POST", "/elt_syncs", times=1)
    stack.up([Res("EltSync", "it", sync(stripe, "weld"))])
    assert one(weld)["destination_schema_name"] == "weld"


def test_an_orchestration_is_attached_and_detached(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    workflow = weld.state()["orchestrations"][0]["id"]
    for attached in (None, workflow, None):
        given = {"orchestration_workflow_id": attached} if attached else {}
        program = [Res("EltSync", "it", sync(stripe, "weld", **given))]
        stack.up(program)
        assert one(weld)["orchestration_workflow_id"] == attached
        assert stack.refresh() == {}
        assert stack.up(program) == {}


def test_a_pointer_is_set_and_cleared_and_is_no_endless_change(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    made = weld.create_sync(stripe, streams=[{"name": "charges", "incremental_pointer_id": "updated"}])["id"]

    def stream(**pointer: str) -> list[Res]:
        return [Res("SourceStream", "it", {"elt_sync_id": made, "name": "charges", "adopt": True, **pointer})]

    for given, wanted in (({"incremental_pointer_id": "created"}, "created"), ({}, None)):
        stack.up(stream(**given))
        assert (weld.state()["streams"][0]["incremental_pointer_id"] or None) == wanted
        assert stack.refresh() == {}
        assert stack.up(stream(**given)) == {}
