"""Creation is all or nothing, and deletion takes what the program says it takes."""

from __future__ import annotations

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import Code, elt_sync, options, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says, says
from weld_pulumi.simulator import Simulator

STREAMS = [{"name": "charges"}]


def test_a_sync_whose_creation_fails_is_removed_again(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(elt_sync("sync", stripe, source_streams=STREAMS)))
    for path in (r"/elt_syncs/[^/]+/source_streams", r"/elt_syncs/[^/]+/enable"):
        weld.fault("status", "POST", path, status=400, body={"error_code": "odd", "message": "Not today."})
        failed = stacked.up(check=False)
        (error,) = [message for message in failed.errors if "Not today." in message]
        assert says(error, "creating the EltSync: POST /elt_syncs/", "400 (odd): Not today.", "removed again")
        assert weld.state()["syncs"] == []
    assert stacked.up().changed == {"sync": "create"}
    assert sync_into(weld, "weld_sync")["enabled"]


def test_destroy_does_what_each_deletion_policy_says(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(
        program(
            elt_sync("deleted", stripe, source_streams=STREAMS),
            elt_sync("dropped", stripe, source_streams=STREAMS, remove_destination_data=True),
            elt_sync("disabled", stripe, source_streams=STREAMS, deletion_policy="disable"),
            elt_sync("retained", stripe, source_streams=STREAMS, deletion_policy="retain"),
            elt_sync("by_engine", stripe, opts=options(retain_on_delete=True)),
            elt_sync("owner", stripe),
            source_stream("refunds", "owner.id", opts=options(deleted_with=Code("owner"))),
        )
    )
    stacked.up()
    owner, refunds = sync_into(weld, "weld_owner")["id"], "refunds"
    stream = streams_of(weld, owner)[refunds]["id"]
    weld.set_reading("delete_enabled_sync", "400")
    weld.clear_requests()
    destroyed = stacked.destroy()

    left = {sync["destination_schema_name"]: sync["enabled"] for sync in weld.state()["syncs"]}
    assert left == {"weld_disabled": 0, "weld_retained": 1, "weld_by_engine": 1}
    deleted = {row["name"]: row["data_removed"] for row in weld.state()["deleted"] if row["kind"] == "sync"}
    assert deleted == {"weld_deleted": 0, "weld_dropped": 1, "weld_owner": 0}
    assert f"/elt_streams/{stream}" not in [request.path for request in weld.requests()]
    assert line_says(destroyed.text, "sync ", "disabled", "stays", "deletion_policy='disable'")
    assert line_says(destroyed.text, "sync ", "stays", "deletion_policy='retain'")
