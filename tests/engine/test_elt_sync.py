"""The life of an EltSync on the real engine: made, left alone, changed in place, gone, and removed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.at_weld import about, streams_of, sync_into
from tests.support.programs import Code, elt_sync, export, get, program, resource
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator


def test_one_up_makes_a_sync_and_nothing_changes_after_that(weld: Simulator, stack: Stacks) -> None:
    bystander = weld.create_connection("hubspot", "Somebody else's")
    weld.create_sync(bystander["id"], destination_schema_name="theirs", streams=["deals"], enabled=True)
    before = weld.state()
    sync = elt_sync(
        "shop",
        Code("stripe.id"),
        sync_interval="  0   */6 * * * ",
        start_date="2024-02-01T00:00:00Z",
        elt_settings={"account": "acct_1", "page_size": 60, "nested": {"left_out": None, "limits": [1, 2.0]}},
        source_streams=[
            {"name": "customers", "hashed_columns": ["phone", "email"], "incremental_pointer_id": None},
            Code("weld.SourceStreamArgs(name='charges', full_sync_at_midnight=True, excluded_columns=['b', 'a'])"),
            {"name": "invoices", "excluded_substreams": ["invoice_line_items"], "enabled_history_table": False},
        ],
    )
    outputs = [export(name, f"shop.{name}") for name in ("id", "status", "stream_ids", "source_integration_id")]
    shop = stack(
        program(resource("Connection", "stripe", integration_id="stripe", label="Shop"), sync, *outputs),
    )

    assert shop.preview().changed == {"stripe": "create", "shop": "create"}
    assert weld.writes() == []

    assert shop.up().changed == {"stripe": "create", "shop": "create"}
    assert len([request for request in weld.writes() if request.path.endswith("/source_streams")]) == 1
    made = sync_into(weld, "weld_shop")
    assert made["enabled"]
    assert made["sync_interval"] == "0 */6 * * *"
    assert made["start_date"] == "2024-02-01"
    assert made["elt_settings"] == {"account": "acct_1", "page_size": 60, "nested": {"limits": [1, 2]}}
    streams = streams_of(weld, made["id"])
    assert sorted(streams["customers"]["hashed_columns"]) == ["email", "phone"]
    told = shop.outputs()
    assert told["id"] == made["id"]
    assert told["status"] == "RUNNING"
    assert told["source_integration_id"] == "stripe"
    assert told["stream_ids"] == {name: stream["id"] for name, stream in streams.items()}

    weld.clear_requests()
    shop.up(expect_no_changes=True)
    assert weld.requests() == []
    shop.refresh(expect_no_changes=True)
    assert shop.preview(refresh=True).changed == {}
    assert weld.writes() == []

    shop.destroy()
    after = weld.state()
    for table in ("connections", "syncs", "streams"):
        assert after[table] == before[table]


def test_each_argument_of_a_sync_changes_in_place(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    first, second = (orchestration["id"] for orchestration in weld.state()["orchestrations"][:2])
    two, other = [{"name": "charges"}, {"name": "customers"}], [{"name": "charges"}, {"name": "refunds"}]
    changes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "interval": ({"sync_interval": "0 1 * * *"}, {"sync_interval": "0 2 * * *"}),
        "attached": ({}, {"sync_interval": "0 */6 * * *", "orchestration_workflow_id": first}),
        "moved": ({"orchestration_workflow_id": first}, {"orchestration_workflow_id": second}),
        "detached": ({"orchestration_workflow_id": first}, {"sync_interval": "15 4 * * *"}),
        "settings": (
            {"elt_settings": {"account": "a", "page_size": 1, "old": True}},
            {"elt_settings": {"account": "b", "page_size": 1, "new": {"x": 1}}},
        ),
        "switched_off": ({"source_streams": two}, {"source_streams": two, "enabled": False}),
        "switched_on": ({"enabled": False}, {"enabled": True}),
        "streams": ({"source_streams": two}, {"source_streams": [{**other[0], "full_sync_always": True}, other[1]]}),
        "policy": ({}, {"deletion_policy": "retain"}),
        "data": ({}, {"remove_destination_data": True}),
        "pending": ({}, {"on_pending_connection": "skip"}),
        "new": ({}, {"on_new_streams": "fail"}),
    }
    before, after = (
        [elt_sync(name, stripe, **pair[position]) for name, pair in changes.items()] for position in (0, 1)
    )
    stacked = stack(program(*before))
    stacked.up()
    ids = {schema: sync_into(weld, f"weld_{schema}")["id"] for schema in changes}
    stream_ids = {name: stream["id"] for name, stream in streams_of(weld, ids["streams"]).items()}
    weld.clear_requests()

    stacked.write(program(*after))
    preview = stacked.preview()
    assert preview.changed == dict.fromkeys(changes, "update")
    shown = {name: {re.split(r"[.[]", path)[0] for path in preview.step(name).detailed_diff} for name in changes}
    assert shown == {
        "interval": {"sync_interval"},
        "attached": {"orchestration_workflow_id"},
        "moved": {"orchestration_workflow_id"},
        "detached": {"orchestration_workflow_id", "sync_interval"},
        "settings": {"elt_settings"},
        "switched_off": {"enabled"},
        "switched_on": {"enabled"},
        "streams": {"source_streams"},
        "policy": {"deletion_policy"},
        "data": {"remove_destination_data"},
        "pending": {"on_pending_connection"},
        "new": {"on_new_streams"},
    }
    assert weld.writes() == []
    weld.clear_requests()

    assert stacked.up().changed == dict.fromkeys(changes, "update")
    assert {schema: sync_into(weld, f"weld_{schema}")["id"] for schema in changes} == ids
    assert sync_into(weld, "weld_interval")["sync_interval"] == "0 2 * * *"
    assert sync_into(weld, "weld_attached")["orchestration_workflow_id"] == first
    assert sync_into(weld, "weld_moved")["orchestration_workflow_id"] == second
    detached = sync_into(weld, "weld_detached")
    assert (detached["orchestration_workflow_id"], detached["sync_interval"]) == (None, "15 4 * * *")
    assert sync_into(weld, "weld_settings")["elt_settings"] == {"account": "b", "page_size": 1, "new": {"x": 1}}
    assert not sync_into(weld, "weld_switched_off")["enabled"]
    assert sync_into(weld, "weld_switched_on")["enabled"]
    streams = streams_of(weld, ids["streams"])
    assert sorted(streams) == ["charges", "refunds"]
    assert streams["charges"]["id"] == stream_ids["charges"]
    assert streams["charges"]["full_sync_always"]
    # Nothing to do at Weld means that Weld is not asked.
    assert about(weld, ids["policy"]) + about(weld, ids["data"]) == []

    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []


def test_a_sync_or_stream_that_is_gone_at_weld_is_made_anew(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    streams = [{"name": "charges"}, {"name": "refunds"}]
    text = program(
        elt_sync("lost", stripe, source_streams=streams),
        elt_sync("robbed", stripe, source_streams=streams),
        elt_sync("kept", stripe, source_streams=streams),
    )
    stacked = stack(text)
    stacked.up()
    weld.delete_sync(sync_into(weld, "weld_lost")["id"])
    robbed = sync_into(weld, "weld_robbed")["id"]
    weld.delete_stream(streams_of(weld, robbed)["refunds"]["id"])

    found = stacked.refresh().refreshed
    assert {name: step.op for name, step in found.items()} == {"lost": "delete", "robbed": "update"}
    assert stacked.up().changed == {"lost": "create", "robbed": "update"}
    assert sorted(streams_of(weld, sync_into(weld, "weld_lost")["id"])) == ["charges", "refunds"]
    assert sorted(streams_of(weld, robbed)) == ["charges", "refunds"]

    # What is gone already is no trouble for destroy, whichever way Weld says so.
    weld.delete_sync(sync_into(weld, "weld_lost")["id"])
    weld.set_reading("delete_gone", "404")
    stacked.destroy()
    assert weld.state()["syncs"] == []


@pytest.mark.long
def test_get_reads_what_nobody_here_manages(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(
        stripe,
        destination_schema_name="theirs",
        sync_interval="0 5 * * *",
        elt_settings={"account": "acct_9"},
        start_date="2023-01-01",
        streams=["charges", {"name": "refunds", "full_sync_always": True}],
        enabled=True,
    )
    refunds = streams_of(weld, sync["id"])["refunds"]["id"]
    names = ("destination_schema_name", "sync_interval", "elt_settings", "start_date", "enabled", "source_streams")
    lines = [
        get("EltSync", "theirs", sync["id"]),
        get("SourceStream", "refunds", refunds),
        *(export(name, f"theirs.{name}") for name in names),
        export("stream", "refunds.name"),
        export("flag", "refunds.full_sync_always"),
    ]
    reader = stack(program(*lines))
    assert reader.up().changed == {}
    assert reader.outputs() == {
        "destination_schema_name": "theirs",
        "sync_interval": "0 5 * * *",
        "elt_settings": {"account": "acct_9"},
        "start_date": "2023-01-01",
        "enabled": True,
        "source_streams": [{"name": "charges"}, {"name": "refunds", "full_sync_always": True}],
        "stream": "refunds",
        "flag": True,
    }
    reader.destroy()
    assert weld.writes() == []
    assert len(weld.state()["syncs"]) == 1

    reader.write(program(get("EltSync", "missing", "no-such-sync"), get("SourceStream", "none", "no-such-stream")))
    refused = reader.up("--continue-on-error", check=False)
    assert not refused.ok
    assert line_says(refused.text, "no sync 'no-such-sync'", "`weld-pulumi syncs`")
    assert line_says(refused.text, "no stream 'no-such-stream'", "`weld-pulumi streams SYNC_ID`")
