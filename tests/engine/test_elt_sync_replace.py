"""What cannot be changed is made anew; what is lost by that is said before."""

from __future__ import annotations

import pytest

from tests.support.at_weld import short, streams_of, sync_into
from tests.support.programs import elt_sync, options, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

STREAMS = [{"name": "charges"}]


@pytest.mark.long
def test_connection_schema_and_start_date_need_a_new_sync(weld: Simulator, stack: Stacks) -> None:
    old, new = (weld.create_connection("stripe", label)["id"] for label in ("Old", "New"))
    stacked = stack(
        program(
            elt_sync("moved", old, source_streams=STREAMS),
            elt_sync("renamed", old, destination_schema_name="weld_before", remove_destination_data=True),
            source_stream("refunds", "renamed.id"),
            elt_sync("redated", old, start_date="2024-01-01", source_streams=STREAMS),
            elt_sync("kept", old, start_date="2024-01-01", source_streams=STREAMS, deletion_policy="retain"),
        )
    )
    stacked.up()
    before = {name: sync_into(weld, f"weld_{name}")["id"] for name in ("moved", "before", "redated", "kept")}
    # A Weld that refuses a second sync into a schema, and that does not tell start dates.
    weld.set_readings({"duplicate_sync": "refused", "delete_enabled_sync": "400", "start_date_read": "absent"})
    weld.clear_requests()

    stacked.write(
        program(
            elt_sync("moved", new, source_streams=STREAMS),
            elt_sync("renamed", old, destination_schema_name="weld_after", remove_destination_data=True),
            source_stream("refunds", "renamed.id"),
            elt_sync("redated", old, start_date="2024-02-01", source_streams=STREAMS),
            elt_sync("kept", old, destination_schema_name="weld_kept_2", source_streams=STREAMS),
        )
    )
    preview = stacked.preview()
    assert preview.changed == dict.fromkeys(("moved", "renamed", "refunds", "redated", "kept"), "replace")
    for parts in (
        (f"replacing sync {before['moved']} (weld_moved) deletes it", "progress", "tables", "stay"),
        (f"replacing sync {before['before']} (weld_before) deletes it", "progress", "tables", "dropped"),
        (f"replacing sync {before['redated']} (weld_redated) deletes it",),
        (f"replacing sync {before['kept']} (weld_kept) leaves", "deletion_policy='retain'"),
        ("replacing stream 'refunds' ", f"sync {before['before']}", "progress"),
    ):
        assert line_says(preview.text, "warning: Weld: ", *parts)
    assert weld.writes() == []

    stacked.up()
    assert sync_into(weld, "weld_moved")["source_connection_id"] == new
    assert sync_into(weld, "weld_redated")["start_date"] == "2024-02-01"
    after = sync_into(weld, "weld_after")
    assert sorted(streams_of(weld, after["id"])) == ["refunds"]
    assert after["enabled"]
    assert sync_into(weld, "weld_kept")["id"] == before["kept"]
    assert len(weld.state()["syncs"]) == 5
    dropped = {row["name"]: row["data_removed"] for row in weld.state()["deleted"] if row["kind"] == "sync"}
    assert dropped == {"weld_moved": False, "weld_before": True, "weld_redated": False}
    # Into the same schema: the old one is deleted before the new one is made.
    writes = short(weld.writes())
    deleted = writes.index(f"DELETE /elt_syncs/{before['moved']}")
    made = next(i for i, r in enumerate(weld.writes()) if r.body and r.body.get("connection_id") == new)
    assert deleted < made

    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []


@pytest.mark.long
def test_options_of_the_engine_can_ask_for_a_replacement(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def text(streams: list[str], flag: bool) -> str:
        return program(
            elt_sync(
                "sync",
                stripe,
                adopt=False,
                source_streams=[{"name": name} for name in streams],
                opts=options(replace_on_changes=["source_streams"]),
            ),
            elt_sync("other", stripe),
            source_stream(
                "refunds", "other.id", full_sync_always=flag, opts=options(replace_on_changes=["full_sync_always"])
            ),
        )

    stacked = stack(text(["charges"], False))
    stacked.up()
    sync = sync_into(weld, "weld_sync")["id"]
    other = sync_into(weld, "weld_other")["id"]
    refunds = streams_of(weld, other)["refunds"]["id"]

    stacked.write(text(["charges", "customers"], True))
    preview = stacked.preview()
    assert preview.changed == {"sync": "replace", "refunds": "replace"}
    assert line_says(preview.text, f"replacing sync {sync} (weld_sync) deletes it", "lost", "tables")
    assert line_says(preview.text, "replacing stream 'refunds'", f"sync {other}", "lost")
    stacked.up()
    now = sync_into(weld, "weld_sync")["id"]
    assert now != sync
    assert sorted(streams_of(weld, now)) == ["charges", "customers"]
    assert streams_of(weld, other)["refunds"]["id"] != refunds
    assert streams_of(weld, other)["refunds"]["full_sync_always"]
    stacked.up(expect_no_changes=True)


@pytest.mark.long
def test_a_replacement_that_a_person_demands_is_not_mistaken_for_a_second_stack(weld: Simulator, stack: Stacks) -> None:
    """With `--replace` and after `pulumi state taint` the engine asks as for a new resource, so it looks like one."""
    stripe = weld.create_connection("stripe", "Shop")["id"]
    text = program(elt_sync("sync", stripe), source_stream("refunds", "sync.id", hashed_columns=["email"]))
    stacked = stack(text)
    stacked.up()
    sync = sync_into(weld, "weld_sync")["id"]
    refunds = streams_of(weld, sync)["refunds"]["id"]
    weld.clear_requests()
    refused = stacked.up(f"--replace={stacked.resource('sync')['urn']}", check=False)
    assert line_says(refused.text, f": {sync} (", "`pulumi destroy --target URN --target-dependents`")
    stacked.up(f"--replace={stacked.resource('refunds')['urn']}")
    assert streams_of(weld, sync)["refunds"]["id"] == refunds
    assert [call for call in short(weld.writes()) if call.startswith("DELETE")] == []

    # What the refusal advises.
    stacked.destroy("--target-dependents", f"--target={stacked.resource('sync')['urn']}")
    stacked.up()
    assert sync_into(weld, "weld_sync")["id"] != sync
