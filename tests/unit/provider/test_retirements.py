"""A refresh warns of streams in use that their source has retired."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_weld import short, sync_into
from tests.support.fake_engine import Ref, Res, Stack
from tests.support.wording import says
from weld_pulumi.simulator import Simulator

NAMES = ["charges", "customers", "refunds"]


def program(weld: Simulator, form: str) -> list[Res]:
    """A sync with three streams, inline or separate."""
    there = weld.state()["connections"]
    shop = (
        next((c["id"] for c in there if c["integration_id"] == "stripe"), None)
        or weld.create_connection("stripe", "Shop")["id"]
    )
    given: dict[str, Any] = {"connection_id": shop, "destination_schema_name": "raw", "sync_interval": "0 * * * *"}
    if form == "inline":
        return [Res("EltSync", "shop", {**given, "source_streams": NAMES})]
    streams = [Res("SourceStream", name, {"elt_sync_id": Ref("shop"), "name": name}) for name in NAMES]
    return [Res("EltSync", "shop", given), *streams]


@pytest.mark.parametrize("form", ["inline", "separate"])
def test_a_refresh_names_retired_streams_in_use_with_date_and_successor(
    weld: Simulator, stack: Stack, form: str
) -> None:
    stack.up(program(weld, form))
    id = sync_into(weld, "raw")["id"]
    weld.set_catalogue_stream(
        "stripe", "charges", retired=True, removal_date="2027-03-31", in_favor_of="payment_intents"
    )
    weld.set_catalogue_stream("stripe", "refunds", retired=True)
    weld.set_catalogue_stream("stripe", "plans", retired=True)
    stack.lines.clear()
    weld.clear_requests()
    assert stack.refresh() == {}
    (line,) = stack.lines
    assert says(line, f"warning: Weld: sync {id}", "'charges'", "2027-03-31", "'payment_intents'", "'refunds'")
    assert "plans" not in line
    # One read more for each sync, however many streams it has.
    assert short(weld.requests()).count(f"GET /elt_syncs/{id}/available_source_streams") == 1


@pytest.mark.parametrize("form", ["inline", "separate"])
def test_a_refresh_is_silent_where_nothing_is_retired(weld: Simulator, stack: Stack, form: str) -> None:
    stack.up(program(weld, form))
    stack.lines.clear()
    assert stack.refresh() == {}
    assert stack.lines == []


@pytest.mark.parametrize("form", ["inline", "separate"])
def test_a_refresh_does_not_fail_where_the_source_cannot_list_its_streams(
    weld: Simulator, stack: Stack, form: str
) -> None:
    stack.up(program(weld, form))
    weld.set_catalogue_stream("stripe", "charges", retired=True)
    stack.lines.clear()
    weld.fault("status", "GET", r"/elt_syncs/[^/]+/available_source_streams", status=400, times=100)
    assert stack.refresh() == {}
    assert stack.lines == []


@pytest.mark.parametrize("form", ["inline", "separate"])
def test_offline_a_refresh_sends_no_further_read(weld: Simulator, stack: Stack, form: str) -> None:
    stack.up(program(weld, form))
    weld.set_catalogue_stream("stripe", "charges", retired=True)
    weld.clear_requests()
    offline = Stack(weld, stack.state, validation="offline")
    assert offline.refresh() == {}
    assert offline.lines == []
    assert not [path for path in short(weld.requests()) if "available_source_streams" in path]
