"""Taking over a sync that is there: told before, nothing removed by it, and never two resources for one sync."""

from __future__ import annotations

import pytest

from tests.support.at_weld import streams_of
from tests.support.programs import elt_sync, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says, says
from weld_pulumi.simulator import Simulator


@pytest.mark.long
def test_a_sync_that_is_there_already_is_refused_and_named(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    theirs = weld.create_sync(stripe, destination_schema_name="weld_same", sync_interval="0 */6 * * *")["id"]
    stacked = stack(program(elt_sync("same", stripe)))
    for refused in (stacked.preview(check=False), stacked.up(check=False)):
        assert refused.errors[0].startswith(
            "pulumi-python:dynamic/weld:EltSync resource 'same': property destination_schema_name value {weld_same} "
        )
        assert says(refused.errors[0], f"{theirs} (connection {stripe}, schema 'weld_same')", f"adopt={theirs!r}.")
    assert weld.writes() == []

    # A sync that differs in something is a legitimate second one.
    stacked.write(program(elt_sync("same", stripe, sync_interval="0 7 * * *")))
    stacked.up()
    assert len([s for s in weld.state()["syncs"] if s["destination_schema_name"] == "weld_same"]) == 2


@pytest.mark.long
def test_adopting_adds_and_changes_and_removes_nothing(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    workflow = weld.state()["orchestrations"][0]["id"]
    made = weld.create_sync(
        stripe,
        destination_schema_name="weld_found",
        sync_interval="0 5 * * *",
        elt_settings={"account": "a", "beyond": 1},
        streams=[
            {"name": "charges", "full_sync_always": True, "hashed_columns": ["email"]},
            {"name": "customers", "incremental_pointer_id": "created"},
            "payouts",
        ],
    )["id"]
    weld.patch_sync(made, orchestration_workflow_id=workflow)
    separate = weld.create_sync(stripe, destination_schema_name="weld_separate", enabled=True)["id"]
    refunds = weld.create_stream(separate, "refunds", full_sync_always=True, enabled_history_table=True)["id"]
    before = streams_of(weld, made)
    wanted = [{"name": "charges"}, {"name": "customers", "full_sync_at_midnight": True}, {"name": "disputes"}]
    text = program(
        elt_sync("found", stripe, adopt=True, elt_settings={"account": "b"}, source_streams=wanted),
        elt_sync("separate", stripe, adopt=separate, sync_interval="0 0 * * *"),
        source_stream("refunds", "separate.id", adopt=True, full_sync_at_midnight=True),
    )
    stacked = stack(text)

    preview = stacked.preview()
    assert line_says(
        preview.text,
        f"adopts sync {made} (schema 'weld_found', interval None), disabled",
        ": orchestration_workflow_id, elt_settings, enabled, source_streams.",
    )
    assert f"adopts sync {separate} (schema 'weld_separate', interval '0 0 * * *'), enabled" in preview.text
    assert weld.writes() == []

    assert stacked.up().changed == {"found": "create", "separate": "create", "refunds": "create"}
    assert stacked.resource("found")["id"] == made
    assert stacked.resource("refunds")["id"] == refunds
    found = next(sync for sync in weld.state()["syncs"] if sync["id"] == made)
    assert found["enabled"]
    assert found["elt_settings"] == {"account": "b", "beyond": 1}
    assert found["orchestration_workflow_id"] == workflow
    now = streams_of(weld, made)
    assert sorted(now) == ["charges", "customers", "disputes", "payouts"]
    assert now["charges"] == before["charges"]
    assert [run["elt_stream_id"] for run in weld.state()["runs"]].count(now["charges"]["id"]) == 1
    assert now["customers"]["incremental_pointer_id"] == "created"
    assert now["customers"]["full_sync_at_midnight"]
    assert streams_of(weld, separate)["refunds"]["enabled_history_table"]

    # What it has beyond the program shows in the next preview, and goes with the next `up`.
    weld.clear_requests()
    again = stacked.preview()
    assert again.changed == {"found": "update", "refunds": "update"}
    assert line_says(again.text, f"sync {made} was adopted", ": orchestration_workflow_id, source_streams.")
    assert line_says(again.text, "stream 'refunds' was adopted", ": full_sync_always,")
    stacked.up()
    assert sorted(streams_of(weld, made)) == ["charges", "customers", "disputes"]
    assert not streams_of(weld, made)["charges"]["full_sync_always"]
    assert not streams_of(weld, separate)["refunds"]["full_sync_always"]
    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []

    # One sync, one resource.
    stacked.write(text + elt_sync("copy", stripe, destination_schema_name="weld_found", adopt=made))
    refused = stacked.preview(check=False)
    assert line_says(refused.text, "of this program", f"sync {made}")
