"""Patterns in `source_streams`: what they stand for, and what shows when that changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import Code, elt_sync, export, program, resource
from tests.support.stacks import Stacks
from tests.support.wording import line_says, says
from weld_pulumi.simulator import Simulator

MYSQL = ("shop.customers", "shop.order_lines", "shop.orders", "shop.products", "shop.stock")


@pytest.mark.long
def test_patterns_stand_for_streams_and_a_preview_shows_when_these_change(weld: Simulator, stack: Stacks) -> None:
    weld.set_catalogue_stream("mysql", "shop.hidden", selectable=False)
    weld.set_catalogue_stream("mysql", "shop.old", retired=True)
    entries: list[dict[str, Any]] = [
        {"name": "*"},
        {"name": "shop.order*", "full_sync_at_midnight": True},
        {"name": "shop.[op]*", "full_sync_always": True},  # of several patterns the last wins
        {"name": "shop.orders", "enabled_history_table": True},  # a plain name wins over every pattern
        {"name": "tmp_*"},
        {"name": "*.st??k", "exclude": True},
        {"name": "gone", "exclude": True},
    ]
    stacked = stack(
        program(
            resource("Connection", "shop", integration_id="mysql", label="Shop"),
            elt_sync("sync", Code("shop.id"), source_streams=entries),
            elt_sync("plain", Code("shop.id"), source_streams=[{"name": "shop.stock"}]),
            export("names", "sync.source_streams"),
        )
    )
    assert stacked.preview().changed == {"shop": "create", "sync": "create", "plain": "create"}
    first = stacked.up()
    # The connection was not there when the preview could have said it.
    assert line_says(first.text, "source_streams of 'weld_sync': ", "pattern 'tmp_*'", "no stream")
    assert line_says(first.text, "source_streams of 'weld_sync': ", "exclusion 'gone'", "no stream")
    sync = sync_into(weld, "weld_sync")["id"]
    flags = ("full_sync_at_midnight", "full_sync_always", "enabled_history_table")
    set_in = {name: [flag for flag in flags if stream[flag]] for name, stream in streams_of(weld, sync).items()}
    assert set_in == {
        "shop.customers": [],
        "shop.order_lines": ["full_sync_always"],
        "shop.products": ["full_sync_always"],
        "shop.orders": ["enabled_history_table"],
    }
    assert stacked.outputs()["names"] == [
        {"name": "shop.customers"},
        {"name": "shop.order_lines", "full_sync_always": True},
        {"name": "shop.products", "full_sync_always": True},
        {"name": "shop.orders", "enabled_history_table": True},
    ]

    # Only two lists are asked for: of the syncs, and of the streams that are offered.
    weld.clear_requests()
    second = stacked.up(expect_no_changes=True)
    paths = [(request.method, request.path) for request in weld.requests()]
    assert paths == [("GET", "/elt_syncs"), ("GET", f"/elt_syncs/{sync}/available_source_streams")]
    assert line_says(second.text, "source_streams of 'weld_sync': ", "pattern 'tmp_*'", "no stream")
    stacked.refresh(expect_no_changes=True)

    # A table that appears shows in the next preview, and one that is not offered any more goes.
    weld.set_catalogue_stream("mysql", "tmp_import")
    weld.remove_catalogue_stream("mysql", "shop.products")
    preview = stacked.preview()
    assert preview.changed == {"sync": "update"}
    assert all(path.startswith("source_streams[") for path in preview.step("sync").detailed_diff)
    stacked.up()
    assert sorted(streams_of(weld, sync)) == ["shop.customers", "shop.order_lines", "shop.orders", "tmp_import"]

    # Where Weld is not to be asked, the names of the last run stand for what there is.
    stacked.configure({"weld:validation": "offline"})
    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []


def test_a_new_table_is_added_left_out_or_refused_as_the_program_asks(weld: Simulator, stack: Stacks) -> None:
    shop = weld.create_connection("mysql", "Shop")["id"]
    everything = {"source_streams": [{"name": "*"}]}

    def syncs(**refusing: Any) -> str:
        ignoring = elt_sync("ignoring", shop, **everything, on_new_streams="ignore")
        return program(
            elt_sync("adding", shop, **everything),
            ignoring,
            elt_sync("refusing", shop, **{**everything, **refusing}, on_new_streams="fail"),
        )

    def has(name: str) -> list[str]:
        return sorted(streams_of(weld, sync_into(weld, f"weld_{name}")["id"]))

    stacked = stack(syncs())
    stacked.up()
    assert has("adding") == has("ignoring") == has("refusing") == list(MYSQL)
    assert "on_new_streams" not in stacked.up(expect_no_changes=True).text

    weld.set_catalogue_stream("mysql", "shop.payouts")
    for refused in (stacked.preview(check=False), stacked.up(check=False)):
        assert not refused.ok
        (error,) = refused.errors
        assert says(error, "refusing", "{'name': 'shop.payouts'}", "{'name': 'shop.payouts', 'exclude': True}")

    stacked.write(syncs(source_streams=[{"name": "*"}, {"name": "shop.payouts", "exclude": True}]))
    added = stacked.up()
    assert line_says(added.text, "sync 'ignoring'", "on_new_streams='ignore'", "shop.payouts")
    assert has("adding") == sorted([*MYSQL, "shop.payouts"])
    assert has("ignoring") == has("refusing") == list(MYSQL)
    assert stacked.preview().changed == {}
