"""Streams as resources of their own, beside inline ones, and moved from the one to the other."""

from __future__ import annotations

import pytest

from tests.support.at_weld import about, short, streams_of, sync_into
from tests.support.programs import elt_sync, export, options, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

NAMES = ("charges", "customers", "disputes", "events", "invoices", "payouts", "plans", "prices", "products", "refunds")


@pytest.mark.long
def test_many_streams_share_their_reads_and_inline_ones_their_write(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(
        program(
            elt_sync("inline", stripe, source_streams=[{"name": name} for name in NAMES]),
            elt_sync("owner", stripe),
            *(source_stream(name, "owner.id") for name in NAMES),
            export("id", "refunds.id"),
            export("key", "refunds.incremental_primary_key_name"),
        )
    )
    stacked.up()
    inline, owner = (sync_into(weld, f"weld_{name}")["id"] for name in ("inline", "owner"))
    assert sorted(streams_of(weld, inline)) == sorted(streams_of(weld, owner)) == sorted(NAMES)
    post = f"POST /elt_syncs/{inline}/source_streams"
    assert [call for call in about(weld, inline) if "streams" in call] == [post]
    assert about(weld, owner) == [
        f"POST /elt_syncs/{owner}/enable",
        f"GET /elt_syncs/{owner}/available_source_streams",
        *[f"POST /elt_syncs/{owner}/source_streams"] * len(NAMES),
    ]
    assert short(weld.requests()).count("GET /elt_streams") == 1
    assert stacked.outputs() == {"id": streams_of(weld, owner)["refunds"]["id"], "key": ["id"]}

    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []
    stacked.refresh(expect_no_changes=True)
    assert sorted(call.replace(inline, "…").replace(owner, "…") for call in short(weld.requests())) == [
        "GET /elt_streams",
        "GET /elt_streams",
        "GET /elt_syncs/…",
        "GET /elt_syncs/…",
        "GET /elt_syncs/…/available_source_streams",
        "GET /elt_syncs/…/available_source_streams",
    ]

    weld.set_reading("sync_streams_read", "present")
    weld.clear_requests()
    stacked.refresh(expect_no_changes=True)
    reads = [f"GET /elt_syncs/{id}{path}" for id in (inline, owner) for path in ("", "/available_source_streams")]
    assert sorted(short(weld.requests())) == sorted(reads)


def test_a_stream_is_changed_in_place_moved_and_made_anew_when_it_is_lost(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    syncs = [elt_sync(name, stripe) for name in ("one", "two")]
    all_set = {
        "incremental_pointer_id": "created",
        "excluded_columns": ["b", "a"],
        "hashed_columns": ["c"],
        "protected_from_full_sync": True,
        "excluded_substreams": ["invoice_discounts"],
        "enabled_history_table": True,
    }
    stacked = stack(
        program(
            *syncs,
            source_stream("invoices", "one.id", **all_set),
            source_stream("charges", "one.id"),
            source_stream("refunds", "one.id"),
            source_stream("renamed", "one.id", name="payouts"),
        )
    )
    stacked.up()
    one, two = (sync_into(weld, f"weld_{name}")["id"] for name in ("one", "two"))
    before = streams_of(weld, one)
    assert {name: before["invoices"][name] for name in all_set} == {
        **all_set,
        "protected_from_full_sync": 1,
        "enabled_history_table": 1,
    }
    weld.delete_stream(before["refunds"]["id"])
    weld.clear_requests()

    stacked.write(
        program(
            *syncs,
            source_stream("invoices", "one.id"),
            source_stream("charges", "two.id"),
            source_stream("refunds", "one.id", full_sync_at_midnight=True),
            source_stream("renamed", "one.id", name="prices"),
        )
    )
    lost = stacked.up(check=False)
    assert line_says(lost.text, "updating the SourceStream: stream 'refunds'", f"sync {one}", "`pulumi up --refresh`")
    stacked.up(refresh=True)
    after = streams_of(weld, one)
    assert sorted(after) == ["invoices", "prices", "refunds"]
    assert sorted(streams_of(weld, two)) == ["charges"]
    assert after["invoices"]["id"] == before["invoices"]["id"]
    assert {name: after["invoices"][name] or None for name in all_set} == dict.fromkeys(all_set)
    assert after["refunds"]["full_sync_at_midnight"]
    stacked.refresh(expect_no_changes=True)
    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    assert weld.requests() == []


@pytest.mark.long
def test_a_stream_moves_from_a_resource_into_the_list_and_back(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    charges, refunds = (
        source_stream("charges", "sync.id", hashed_columns=["email"]),
        source_stream("refunds", "sync.id"),
    )
    separate = program(elt_sync("sync", stripe), charges, refunds)
    entries = [{"name": "charges", "hashed_columns": ["email"]}, {"name": "refunds"}]
    inline = program(elt_sync("sync", stripe, source_streams=entries))
    stacked = stack(separate)
    stacked.up()
    sync = sync_into(weld, "weld_sync")["id"]
    ids = {name: stream["id"] for name, stream in streams_of(weld, sync).items()}

    def still_there() -> bool:
        now = streams_of(weld, sync)
        return now["charges"]["hashed_columns"] == ["email"] and {n: s["id"] for n, s in now.items()} == ids

    # Both at once: refused before anything is written.
    weld.clear_requests()
    stacked.write(program(elt_sync("sync", stripe, source_streams=entries[:1]), refunds))
    refused = stacked.preview(check=False)
    assert line_says(refused.text, f"the EltSync {sync} ", "('charges')", "'refunds'", "add {'name': 'refunds'}")
    assert weld.writes() == []

    stacked.write(inline)
    moved = stacked.up()
    assert moved.changed == {"sync": "update", "charges": "delete", "refunds": "delete"}
    assert line_says(moved.text, "stream 'charges' stays", f"the EltSync {sync} ", "inline")
    assert still_there()
    stacked.up(expect_no_changes=True)

    stacked.write(separate)
    assert stacked.up().changed == {"sync": "update", "charges": "create", "refunds": "create"}
    assert still_there()
    stacked.refresh(expect_no_changes=True)


@pytest.mark.long
def test_an_argument_that_is_left_out_is_known_in_preview_and_not_stored(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    flags = "[refunds.full_sync_always, refunds.full_sync_at_midnight, refunds.excluded_columns]"

    def text(**options: object) -> str:
        stream = source_stream("refunds", "owner.id", full_sync_at_midnight=True, **options)
        return program(elt_sync("owner", stripe), stream, export("flags", f"pulumi.Output.json_dumps({flags})"))

    stacked = stack(text())
    assert "[0]: false [1]: true [2]: []" in " ".join(stacked.preview().text.split())
    stacked.up()
    stored = stacked.resource("refunds")
    assert set(stored["inputs"]) == {"__provider", "elt_sync_id", "name", "full_sync_at_midnight"}
    assert set(stored["outputs"]) == {*stored["inputs"], "incremental_primary_key_name", "created_at"}
    # Who looks for the line that made it is sent to the program, not into this package.
    line = 1 + next(n for n, line in enumerate(text().splitlines()) if line.startswith("refunds ="))
    assert stored["sourcePosition"] == f"project:///__main__.py#{line}"

    id = streams_of(weld, sync_into(weld, "weld_owner")["id"])["refunds"]["id"]
    weld.patch_stream(id, full_sync_always=True)
    stacked.refresh()
    stacked.write(text(opts=options(ignore_changes=["full_sync_always"])))
    stacked.up()
    assert stacked.outputs() == {"flags": "[true, true, []]"}
    stacked.write(text())
    assert stacked.up().changed == {"refunds": "update"}
    assert stacked.outputs() == {"flags": "[false, true, []]"}
    assert weld.state()["streams"][0]["full_sync_always"] is False
