"""One `up` ends with a sync that runs, whatever Weld makes of enabling, and one that is switched off stays off."""

from __future__ import annotations

import pytest

from tests.support.at_weld import about, streams_of, sync_into
from tests.support.programs import elt_sync, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

STREAMS = [{"name": "charges"}]


@pytest.mark.long
def test_a_sync_is_switched_on_and_off_where_weld_refuses_what_it_can(weld: Simulator, stack: Stacks) -> None:
    weld.set_readings({"enable_empty": "400", "enable_again": "409", "delete_enabled_sync": "400"})
    weld.set_reading("enabled_field", "status")
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def text(on: bool, streams: bool) -> str:
        separate = [source_stream("refunds", "empty.id"), source_stream("disputes", "empty.id")] if streams else []
        return program(
            elt_sync("inline", stripe, source_streams=STREAMS, enabled=on),
            elt_sync("off", stripe, source_streams=STREAMS, enabled=not on),
            elt_sync("empty", stripe),
            elt_sync("no_streams", stripe, source_streams=STREAMS if streams else []),
            elt_sync("separate", stripe),
            source_stream("charges", "separate.id"),
            *separate,
        )

    def running() -> set[str]:
        return {s["destination_schema_name"].removeprefix("weld_") for s in weld.state()["syncs"] if s["enabled"]}

    stacked = stack(text(on=True, streams=False))
    first = stacked.up()
    assert running() == {"inline", "separate"}
    for name in ("empty", "no_streams"):
        assert line_says(first.text, f"sync {sync_into(weld, f'weld_{name}')['id']} ", "no stream yet")
    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []
    stacked.refresh(expect_no_changes=True)
    assert stacked.preview(refresh=True).changed == {}

    # The first stream starts the sync, and the switch is thrown the other way.
    stacked.write(text(on=False, streams=True))
    stacked.up()
    assert running() == {"off", "empty", "no_streams", "separate"}
    assert len(about(weld, "/enable")) <= 3
    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []
    stacked.refresh(expect_no_changes=True)

    stacked.destroy()
    assert weld.state()["syncs"] == []


@pytest.mark.long
def test_an_interrupted_run_is_healed_by_the_next(weld: Simulator, stack: Stacks) -> None:
    weld.set_reading("enable_empty", "400")
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(elt_sync("sync", stripe), source_stream("charges", "sync.id")))
    weld.fault("status", "POST", r"/elt_syncs/[^/]+/enable", nth=2, status=500)
    failed = stacked.up(check=False)
    assert not failed.ok
    sync = sync_into(weld, "weld_sync")
    assert not sync["enabled"]
    # The stream was made before that, and went again.
    assert line_says(failed.text, "The stream ", "removed again")
    assert streams_of(weld, sync["id"]) == {}

    assert stacked.up().changed == {"charges": "create"}
    assert sync_into(weld, "weld_sync")["enabled"]
    stacked.up(expect_no_changes=True)


@pytest.mark.long
def test_an_orchestration_is_attached_and_its_schedule_is_not_compared(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    workflow = weld.state()["orchestrations"][0]["id"]
    stacked = stack(
        program(
            elt_sync("alone", stripe, orchestration_workflow_id=workflow),
            elt_sync("beside", stripe, orchestration_workflow_id=workflow, sync_interval="0 7 * * *"),
        )
    )
    stacked.up()
    assert sync_into(weld, "weld_alone")["sync_interval"] == "0 0 * * *"
    assert sync_into(weld, "weld_beside")["sync_interval"] == "0 7 * * *"
    for reading in ("as_sent", "absent_in_orchestration"):
        weld.set_reading("sync_interval_read", reading)
        weld.patch_sync(sync_into(weld, "weld_beside")["id"], sync_interval="5 5 * * *")
        stacked.refresh(expect_no_changes=True)
    assert stacked.preview(refresh=True).changed == {}
    # Taken out of it in Weld's pages: that is a change.
    weld.patch_sync(sync_into(weld, "weld_beside")["id"], orchestration_workflow_id=None)
    preview = stacked.preview(refresh=True)
    assert preview.changed == {"beside": "update"}
    stacked.up(refresh=True)
    beside = sync_into(weld, "weld_beside")
    assert (beside["orchestration_workflow_id"], beside["sync_interval"]) == (workflow, "0 7 * * *")
