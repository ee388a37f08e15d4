"""A Weld that reports no more than its contract requires: a whole life, without a change that is none."""

from __future__ import annotations

import pytest

from tests.support.at_weld import streams_of
from tests.support.programs import elt_sync, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator


@pytest.mark.long
def test_a_stack_lives_where_weld_reports_only_what_it_must(weld: Simulator, stack: Stacks) -> None:
    weld.set_reading("optional_fields", "left_out")
    zendesk = weld.create_connection("zendesk", "Help")["id"]
    workflow = weld.state()["orchestrations"][0]["id"]
    found = weld.create_sync(zendesk, destination_schema_name="weld_found", streams=["users"])["id"]
    tickets = {"name": "tickets", "excluded_substreams": ["ticket_tags"], "incremental_pointer_id": "updated_at"}
    text = program(
        elt_sync("inline", zendesk, source_streams=[tickets]),
        elt_sync("separate", zendesk, orchestration_workflow_id=workflow),
        elt_sync("found", zendesk, adopt=found),
        source_stream("users", "separate.id", name="users"),
    )
    stacked = stack(text)

    preview = stacked.preview()
    assert line_says(preview.text, f"adopts sync {found} ", "schema not reported")
    assert weld.writes() == []

    stacked.up()
    weld.clear_requests()
    assert stacked.up(expect_no_changes=True).changed == {}
    stacked.refresh(expect_no_changes=True)
    assert weld.writes() == []
    inline, separate = stacked.resource("inline")["id"], stacked.resource("separate")["id"]
    assert stacked.resource("found")["id"] == found
    assert streams_of(weld, inline)["tickets"]["excluded_substreams"] == ["ticket_tags"]
    syncs = {sync["id"]: sync for sync in weld.state()["syncs"]}
    assert (len(syncs), syncs[separate]["orchestration_workflow_id"]) == (3, workflow)

    # What is reported is put back, what is not stays as it is.
    weld.patch_sync(inline, enabled=False)
    assert stacked.refresh().refreshed["inline"].op == "update"
    assert stacked.up().changed == {"inline": "update"}
    stacked.write(text.replace(f"orchestration_workflow_id='{workflow}'", "sync_interval='0 1 * * *'"))
    assert stacked.up().changed == {"separate": "update"}
    detached = next(sync for sync in weld.state()["syncs"] if sync["id"] == separate)
    assert (detached["orchestration_workflow_id"], detached["sync_interval"]) == (None, "0 1 * * *")
    stacked.refresh(expect_no_changes=True)

    stacked.destroy()
    assert weld.state()["syncs"] == []
