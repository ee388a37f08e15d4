"""`on_new_streams`: what a pattern matches that the last `up` did not have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_weld import short, streams_of, sync_into
from tests.support.fake_engine import Ref, RefusedError, Res, Stack, WeldError
from tests.support.wording import saying, says
from weld_pulumi.simulator import Simulator

OTHERS = ["shop.customers", "shop.order_lines", "shop.orders", "shop.products", "shop.stock"]


def shop(weld: Simulator, **props: Any) -> Res:
    """A sync of the MySQL source, with everything that it offers."""
    there = [c["id"] for c in weld.state()["connections"] if c["integration_id"] == "mysql"]
    connection = there[0] if there else weld.create_connection("mysql", "Shop")["id"]
    given = {"connection_id": connection, "destination_schema_name": "raw", "sync_interval": "0 * * * *"}
    return Res("EltSync", "shop", {**given, "source_streams": [{"name": "*"}], **props})


def names(weld: Simulator, schema: str = "raw") -> list[str]:
    return sorted(streams_of(weld, sync_into(weld, schema)["id"]))


# The state of the first `up` holds patterns if the sync is the first of its connection, and names otherwise.
@pytest.fixture(params=["first of its connection", "beside another"])
def stack(request: pytest.FixtureRequest, weld: Simulator) -> Stack:
    if request.param == "beside another":
        weld.create_sync(shop(weld).props["connection_id"], destination_schema_name="other")
    return Stack(weld)


@pytest.mark.parametrize("policy", ["ignore", "fail"])
def test_the_first_up_takes_all_that_match_and_the_second_changes_nothing(
    weld: Simulator, stack: Stack, policy: str
) -> None:
    program = [shop(weld, on_new_streams=policy)]
    stack.up(program)
    assert names(weld) == OTHERS
    assert stack.up(program) == {}
    assert stack.refresh() == {}
    assert stack.up(program) == {}
    assert saying(stack.lines, "on_new_streams") == []


def test_what_is_new_is_left_out_and_reported_until_the_program_lists_it(weld: Simulator, stack: Stack) -> None:
    program = [shop(weld, on_new_streams="ignore")]
    stack.up(program)
    weld.set_catalogue_stream("mysql", "shop.invoices")
    weld.set_catalogue_stream("mysql", "shop.payouts")
    for _ in range(2):
        stack.lines.clear()
        assert stack.up(program) == {}
        told = saying(stack.lines, "sync 'shop'", "on_new_streams='ignore'")
        assert len(told) == 2  # preview and up
        assert says(told[0], "shop.invoices, shop.payouts", "by name")
    assert names(weld) == OTHERS

    listed = [{"name": "*"}, {"name": "shop.invoices"}, {"name": "shop.payouts", "exclude": True}]
    stack.lines.clear()
    assert stack.up([shop(weld, on_new_streams="ignore", source_streams=listed)]) == {"shop": "update"}
    assert saying(stack.lines, "leaves out") == []
    assert names(weld) == sorted([*OTHERS, "shop.invoices"])
    assert stack.up([shop(weld, on_new_streams="ignore", source_streams=listed)]) == {}


def test_what_is_new_is_refused_in_preview_and_up_until_the_program_decides(weld: Simulator, stack: Stack) -> None:
    program = [shop(weld, on_new_streams="fail")]
    stack.up(program)
    weld.set_catalogue_stream("mysql", "shop.payouts")
    for preview_first in (True, False):
        with pytest.raises((RefusedError, WeldError)) as caught:
            stack.up(program, preview_first=preview_first)
        assert says(caught.value, "on_new_streams='fail'", "shop.payouts")
        assert says(caught.value, "{'name': 'shop.payouts'}", "{'name': 'shop.payouts', 'exclude': True}")
    excluded = [{"name": "*"}, {"name": "shop.payouts", "exclude": True}]
    assert stack.up([shop(weld, on_new_streams="fail", source_streams=excluded)]) == {}
    listed = [{"name": "*"}, {"name": "shop.payouts", "hashed_columns": ["email"]}]
    assert stack.up([shop(weld, on_new_streams="fail", source_streams=listed)]) == {"shop": "update"}
    assert names(weld) == sorted([*OTHERS, "shop.payouts"])


def test_what_is_new_is_added_by_default(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    weld.set_catalogue_stream("mysql", "shop.payouts")
    assert stack.up([shop(weld, on_new_streams="add")]) == {"shop": "update"}
    assert names(weld) == sorted([*OTHERS, "shop.payouts"])


def test_another_policy_is_no_change_at_weld(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    weld.clear_requests()
    stack.up([shop(weld, on_new_streams="ignore")])
    assert weld.writes() == []


def test_a_stream_that_somebody_deleted_is_not_new(weld: Simulator, stack: Stack) -> None:
    program = [shop(weld, on_new_streams="fail")]
    stack.up(program)
    weld.delete_stream(streams_of(weld, sync_into(weld, "raw")["id"])["shop.stock"]["id"])
    stack.refresh()
    assert stack.up(program) == {"shop": "update"}
    assert names(weld) == OTHERS


def test_a_replacement_has_the_streams_of_the_sync_before(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld, on_new_streams="ignore")])
    weld.set_catalogue_stream("mysql", "shop.payouts")
    assert stack.up([shop(weld, on_new_streams="ignore", destination_schema_name="raw2")]) == {"shop": "replace"}
    assert names(weld, "raw2") == OTHERS
    with pytest.raises((RefusedError, WeldError), match=r"shop\.payouts"):
        stack.preview([shop(weld, on_new_streams="fail", destination_schema_name="raw3")])


def test_a_sync_of_another_source_takes_all_that_match(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld, on_new_streams="fail")])
    other = weld.create_connection("stripe", "Stripe")["id"]
    assert stack.up([shop(weld, on_new_streams="fail", connection_id=other)]) == {"shop": "replace"}
    assert "charges" in names(weld)


def test_streams_that_were_not_managed_until_now_take_all_that_match(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld, source_streams=None)])
    assert stack.up([shop(weld, on_new_streams="fail")]) == {"shop": "update"}
    assert names(weld) == OTHERS


def test_a_policy_that_is_not_known_yet_adds(weld: Simulator, stack: Stack) -> None:
    stack.up([shop(weld)])
    weld.set_catalogue_stream("mysql", "shop.payouts")
    late = Res("EltSync", "late", {**shop(weld).props, "destination_schema_name": "late"})
    assert stack.preview([late, shop(weld, on_new_streams=Ref("late"))])["shop"] == "update"


@pytest.mark.parametrize("policy", ["ignore", "fail"])
def test_offline_the_streams_stay_as_they_were(weld: Simulator, stack: Stack, policy: str) -> None:
    stack.up([shop(weld, on_new_streams=policy)])
    weld.set_catalogue_stream("mysql", "shop.payouts")
    weld.clear_requests()
    offline = Stack(weld, stack.state, validation="offline")
    assert offline.up([shop(weld, on_new_streams=policy)]) == {}
    assert short(weld.requests()) == []
