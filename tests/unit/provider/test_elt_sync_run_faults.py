"""EltSyncRun on a bad network: whatever fails, each stream runs once more, and the next `up` completes the resource."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.fake_engine import Res, Stack, WeldError
from tests.support.variants import first_quick
from weld_pulumi.simulator import Simulator

STREAMS = ["charges", "customers"]
#: The requests of a creation: the sync twice, its streams, its status, two runs, its status again.
REQUESTS = 7
FAULTS: list[dict[str, Any]] = [
    {"action": "drop_after"},
    {"action": "drop_before"},
    {"action": "truncate"},
    {"action": "invalid_json"},
    {"action": "status", "status": 401},
    {"action": "status", "status": 429},
    {"action": "status", "status": 500},
    {"action": "status", "status": 500, "act": True},
    {"action": "status", "status": 503, "act": True},
]
CASES = [(fault, number) for number in (6, 1, 2, 3, 4, 5, 7) for fault in FAULTS]


@pytest.mark.parametrize(("fault", "number"), first_quick(CASES, several=True))
def test_no_stream_runs_twice_whatever_fails_once(
    weld: Simulator, stack: Stack, fault: dict[str, Any], number: int
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(stripe, streams=STREAMS, enabled=True)["id"]
    weld.advance(10)
    weld.set_runs(seconds=600)
    program = [Res("EltSyncRun", "load", {"elt_sync_id": sync})]
    stack.preview(program)
    weld.clear_requests()
    weld.fault(nth=number, **fault)
    try:
        stack.up(program, preview_first=False)
    except WeldError:
        weld.clear_faults()
        stack.up(program)
    assert stack.state["load"].outs["status"] == "COMPLETED"
    runs = Counter(run["elt_stream_id"] for run in weld.state()["runs"])
    assert list(runs.values()) == [2, 2]


@pytest.mark.long
def test_the_requests_of_a_creation_are_those_of_the_cases(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(stripe, streams=STREAMS, enabled=True)["id"]
    weld.advance(10)
    stack.up([Res("EltSyncRun", "load", {"elt_sync_id": sync})], preview_first=False)
    calls = [request for request in weld.requests() if request.path != "/elt_syncs"]
    assert len(calls) >= REQUESTS
    assert sum(request.is_write for request in calls[:REQUESTS]) == len(STREAMS)


@pytest.mark.parametrize(
    ("name", "value"),
    first_quick(
        [
            ("absent_optional", "null"),
            ("list_order", "oldest"),
            ("list_lag_seconds", 3),
            ("paging_fields", "camel"),
            ("enabled_field", "status"),
            ("sync_streams_read", "present"),
            ("extra_fields", "present"),
        ],
        several=True,
    ),
)
def test_a_run_is_waited_for_under_other_forms_of_responses(
    weld: Simulator, stack: Stack, name: str, value: object
) -> None:
    weld.set_reading(name, value)
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(stripe, streams=STREAMS, enabled=True)["id"]
    weld.advance(10)
    weld.set_runs(seconds=60, rows_total=5)
    stack.up([Res("EltSyncRun", "load", {"elt_sync_id": sync})])
    assert stack.state["load"].outs["rows_synced"] == 10
