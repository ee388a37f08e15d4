"""A trigger fires once for each change, whatever else happens."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.at_weld import short, streams_of, sync_into
from tests.support.programs import Code, elt_sync, program, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator


def asked(weld: Simulator) -> dict[str, int]:
    """What was asked of each stream since the last time."""
    names = {stream["id"]: stream["name"] for stream in weld.state()["streams"]}
    found = Counter(
        f"{names[request.path.split('/')[2]]}.{request.path.split('/')[3]}"
        for request in weld.writes()
        if "/request_" in request.path and request.status and request.status < 300
    )
    weld.clear_requests()
    weld.advance(60)  # so that what runs now is over
    return dict(found)


@pytest.mark.long
def test_triggers_of_syncs_and_streams_fire_once_for_each_change(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    inline = [{"name": "charges"}, {"name": "customers"}]

    def text(triggers: dict[str, Any], interval: str = "0 */6 * * *") -> str:
        return program(
            elt_sync("inline", stripe, source_streams=inline, sync_interval=interval, **triggers),
            elt_sync("off", stripe, source_streams=inline, enabled=False, **triggers),
            elt_sync("owner", stripe),
            source_stream("refunds", "owner.id", reset_history_table=True, enabled_history_table=True, **triggers),
        )

    # Given on creation: fired once; what Weld runs first by itself is running already.
    stacked = stack(text({"run_triggers": ["a"], "full_refresh_triggers": {"n": 1}}))
    first = stacked.up()
    both = {f"{name}.request_full_refresh": 1 for name in ("charges", "customers", "refunds")}
    assert asked(weld) == both
    assert line_says(first.text, "stream 'charges' is already running")
    assert line_says(first.text, "No run", "'charges', 'customers'", "disabled")
    assert line_says(first.text, "not mark stream 'charges'", ": ELT sync", "full_refresh_triggers")

    # Never by accident.
    stacked.up(expect_no_changes=True)
    stacked.refresh()
    assert asked(weld) == {}
    stacked.write(text({"run_triggers": ["a"], "full_refresh_triggers": {"n": 1.0}}, interval="0 1 * * *"))
    stacked.up()
    assert asked(weld) == {}

    # Changed: once, also where an answer is lost; the history goes only where the program says so.
    before = {stream["name"]: stream for stream in weld.state()["streams"]}
    stacked.write(text({"run_triggers": ["b"], "full_refresh_triggers": {"n": 2}}, interval="0 1 * * *"))
    weld.fault("drop_after", "POST", r"/elt_streams/[^/]+/request_run", times=2)
    stacked.up()
    runs = Counter(run["elt_stream_id"] for run in weld.state()["runs"])
    owner, sync = sync_into(weld, "weld_owner")["id"], sync_into(weld, "weld_inline")["id"]
    ids = {**streams_of(weld, owner), **streams_of(weld, sync)}
    assert {name: runs[stream["id"]] for name, stream in ids.items()} == {"charges": 2, "customers": 2, "refunds": 2}
    resets = {name: stream["history_resets"] - before[name]["history_resets"] for name, stream in ids.items()}
    assert resets == {"charges": 0, "customers": 0, "refunds": 1}
    asked(weld)

    # Taken out of the program: not fired.
    stacked.write(text({}, interval="0 1 * * *"))
    assert stacked.up().changed == {"inline": "update", "off": "update", "refunds": "update"}
    assert [call for call in short(weld.writes()) if "/request_" in call] == []


@pytest.mark.long
def test_triggers_of_inline_entries_fire_once_for_each_change(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def text(charges: dict[str, Any], **of_sync: Any) -> str:
        # What the sync asks of all its streams, it asks of none twice; `reset_history_table` holds for that too.
        refunds = Code("weld.SourceStreamArgs(name='refunds', reset_history_table=True, enabled_history_table=True)")
        entries = [{"name": "charges", **charges}, refunds, {"name": "c*s"}]
        return program(elt_sync("sync", stripe, source_streams=entries, **of_sync))

    weld.create_sync(stripe, destination_schema_name="elsewhere")  # tells the preview what there is
    stacked = stack(text({"full_refresh_triggers": ["a"]}))
    stacked.up()
    assert asked(weld) == {"charges.request_full_refresh": 1}
    stacked.up(expect_no_changes=True)
    stacked.refresh(expect_no_changes=True)

    # A trigger alone sends no stream, and a stream alone fires no trigger.
    stacked.write(text({"full_refresh_triggers": ["b"], "run_triggers": {"n": 1}}))
    assert stacked.up().changed == {"sync": "update"}
    assert [call for call in short(weld.writes()) if "/request_" not in call] == []
    assert asked(weld) == {"charges.request_full_refresh": 1, "charges.request_run": 1}
    stacked.write(text({"full_refresh_triggers": ["b"], "run_triggers": {"n": 1.0}, "full_sync_always": True}))
    stacked.up()
    assert streams_of(weld, sync_into(weld, "weld_sync")["id"])["charges"]["full_sync_always"]
    assert asked(weld) == {}

    before = {stream["name"]: stream["history_resets"] for stream in weld.state()["streams"]}
    stacked.write(text({"full_refresh_triggers": ["c"]}, full_refresh_triggers=[1], run_triggers=[1]))
    stacked.up()
    assert set(asked(weld).values()) == {1}
    resets = {stream["name"]: stream["history_resets"] - before[stream["name"]] for stream in weld.state()["streams"]}
    assert {name for name, count in resets.items() if count} == {"refunds"}

    stacked.write(text({}))
    stacked.up()
    assert asked(weld) == {}
    stacked.up(expect_no_changes=True)
