"""A preview says what a change copies again, or more often, and what it drops: in the figures that Weld holds."""

from __future__ import annotations

from typing import Any

from tests.support.at_weld import short, streams_of, sync_into
from tests.support.programs import elt_sync, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says, saying
from weld_pulumi._amounts import bytes_text, rows_text
from weld_pulumi.simulator import Simulator

STREAMS = ["charges", "customers"]
ROWS = {"charges": 10_123_000, "customers": 340_000}
#: 3 h 10 min
SECONDS = 11_400
NAMES = ("moved", "refreshed", "keeping", "whole", "nightly", "growing", "often", "updated", "same", "apart")


def syncs(connection: str, stream: dict[str, Any] | None = None, **changed: dict[str, Any]) -> str:
    """A program with a sync for each kind of change, the last one with a separate stream."""
    lines = []
    for name in NAMES:
        given: dict[str, Any] = {} if name == "apart" else {"source_streams": STREAMS}
        given |= {"remove_destination_data": True} if name == "moved" else {}
        lines.append(elt_sync(name, connection, **{**given, **changed.get(name, {})}))
    lines.append(source_stream("separate", "apart.id", name="charges", **(stream or {})))
    return program(*lines)


def with_flag(**flags: Any) -> dict[str, Any]:
    """The arguments of a sync whose stream ``charges`` has these flags."""
    return {"source_streams": [{"name": "charges", **flags}, "customers"]}


def figures(weld: Simulator, schema: str, *names: str) -> str:
    """What a line says of streams, computed from the runs that the simulator holds."""
    streams = streams_of(weld, sync_into(weld, schema)["id"])
    runs = {run["elt_stream_id"]: run for run in weld.state()["runs"]}
    rows = {name: runs[streams[name]["id"]]["rows_total"] for name in names}
    largest_first = sorted(rows, key=lambda name: -rows[name])
    listed = [f"{name} {rows_text(rows[name])}" for name in largest_first]
    size = bytes_text(128 * sum(rows.values()))
    return f"{', '.join([f'{listed[0]} rows', *listed[1:]])} (last full run 3 h 10 min, {size})"


def test_a_preview_says_what_each_change_copies_again_in_the_figures_of_weld(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(syncs(stripe))
    assert saying(stacked.up().stdout.splitlines(), "copies") == []
    names = {stream["id"]: stream["name"] for stream in weld.state()["streams"]}
    for run in weld.state()["runs"]:
        weld.patch_run(run["id"], rows_total=ROWS[names[run["elt_stream_id"]]], seconds=SECONDS)
    weld.advance(2 * SECONDS)
    ids = {name: sync_into(weld, f"weld_{name}")["id"] for name in NAMES}
    # The last run of one stream is an incremental one.
    only = streams_of(weld, ids["updated"])["charges"]["id"]
    stacked.write(syncs(stripe, updated=with_flag(run_triggers=["1"])))
    stacked.up()
    weld.advance(SECONDS)

    changed = syncs(
        stripe,
        {"full_refresh_triggers": ["1"]},
        moved={"destination_schema_name": "weld_new"},
        refreshed={"full_refresh_triggers": ["1"]},
        keeping=with_flag(enabled_history_table=True),
        whole=with_flag(full_sync_always=True),
        nightly=with_flag(full_sync_at_midnight=True),
        growing={"source_streams": [*STREAMS, "refunds"]},
        often={"sync_interval": "0 * * * *"},
        updated=with_flag(run_triggers=["1"], enabled_history_table=True),
    )
    stacked.write(changed)
    weld.clear_requests()
    shown = stacked.preview()
    both = {name: figures(weld, f"weld_{name}", *STREAMS) for name in ("moved", "refreshed")}
    one = {name: figures(weld, f"weld_{name}", "charges") for name in ("keeping", "whole", "nightly", "apart")}
    most = rows_text(max(run["rows_total"] for run in weld.state()["runs"] if run["elt_stream_id"] == only))
    for line in (
        f"Weld: sync 'moved' copies again: {both['moved']}",
        f"Weld: sync 'moved' drops from schema 'weld_moved': {both['moved']}",
        f"Weld: sync 'refreshed' copies again: {both['refreshed']}",
        f"Weld: sync 'keeping' copies again: {one['keeping']}",
        f"Weld: sync 'whole' copies again in every run (4 a day): {one['whole']}",
        f"Weld: sync 'nightly' copies again every night: {one['nightly']}",
        "Weld: sync 'growing' copies for the first time: refunds (Weld reports no size before the first run)",
        "Weld: sync 'often': 4 runs a day before, 24 after",
        f"Weld: sync 'updated' copies again: charges (rows unknown: Weld reports no full run; {most} in the largest",
        f"Weld: sync {ids['apart']} copies again: {one['apart']}",
    ):
        assert line_says(shown.text, line)
    assert "'same'" not in shown.text

    # One read of each sync whose figures are shown, and one of runs where its only stream has no full run.
    asked = ("moved", "refreshed", "keeping", "whole", "nightly", "updated", "apart")
    reads = [path for path in short(weld.requests()) if "/status" in path or "/elt_stream_runs" in path]
    assert sorted(reads) == sorted([*(f"GET /elt_syncs/{ids[name]}/status" for name in asked), "GET /elt_stream_runs"])
    stacked.up()

    # A removed resource is neither checked nor compared, so `up` says it.
    stacked.write(program())
    weld.advance(60)
    destroyed = stacked.up()
    assert line_says(destroyed.text, "Weld: sync 'moved' drops from schema 'weld_new': ", "charges", "customers")


def test_a_preview_without_a_key_or_offline_says_nothing_of_sizes(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(elt_sync("shop", stripe, source_streams=STREAMS)))
    stacked.up()
    stacked.write(program(elt_sync("shop", stripe, source_streams=STREAMS, full_refresh_triggers=["1"])))
    stacked.configure({"weld:validation": "offline"})
    weld.clear_requests()
    preview = stacked.preview()
    assert preview.changed == {"shop": "update"}
    assert "copies again" not in preview.text
    assert weld.requests() == []
