"""EltSyncRun: what `up` requests, what it waits for, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.at_weld import short
from tests.support.fake_engine import Crash, Ref, Res, Stack, WeldError
from tests.support.wording import saying, says
from weld_pulumi.provider.core import interruption
from weld_pulumi.simulator import Simulator

from .runs import loaded_sync, run

RUN = r"/elt_streams/[^/]+/request_run"


@pytest.fixture
def sync(weld: Simulator) -> str:
    return loaded_sync(weld)


@pytest.fixture
def cancelled() -> Iterator[None]:
    yield
    interruption.cancelled.clear()


def streams(weld: Simulator) -> dict[str, str]:
    return {stream["name"]: stream["id"] for stream in weld.state()["streams"]}


def requested(weld: Simulator) -> list[str]:
    """The names of the streams of which runs were requested since the last time, with other writes as they are."""
    names = {id: name for name, id in streams(weld).items()}
    calls = []
    for request in weld.writes():
        id = request.path.split("/")[2]
        is_run = request.path.endswith("/request_run")
        calls.append(names[id] if is_run else request.path.replace(id, names.get(id, id)))
    weld.clear_requests()
    return calls


# Success -----------------------------------------------------------------------------------------------------------


def test_up_requests_a_run_of_every_stream_and_waits_for_the_end(weld: Simulator, stack: Stack, sync: str) -> None:
    begun = weld.workspace.now()
    assert stack.up([run(sync)]) == {"load": "create"}
    assert weld.workspace.now() - begun >= 60
    assert requested(weld) == ["refunds", "customers", "charges"]
    outs = stack.state["load"].outs
    assert outs["status"] == "COMPLETED"
    assert outs["rows_synced"] == 3000
    assert outs["streams_result"].keys() == {"charges", "customers", "refunds"}
    charges = outs["streams_result"]["charges"]
    assert (charges["status"], charges["rows_synced"], charges["bytes_synced"]) == ("COMPLETED", 1000, 5000)
    assert outs["finished_at"] == max(each["finished_at"] for each in outs["streams_result"].values())
    assert saying(stack.lines, "0 of 3 streams done")
    assert saying(stack.lines, "3 of 3 streams done, 3,000 of 3,000 rows")


def test_the_second_up_refresh_and_the_end_request_nothing(weld: Simulator, stack: Stack, sync: str) -> None:
    stack.up([run(sync, streams=["refunds", "charges"], triggers=[1])])
    assert requested(weld) == ["refunds", "charges"]
    stack.lines.clear()
    assert stack.up([run(sync, streams=["charges", "refunds"], triggers=[1.0])]) == {}
    assert stack.refresh() == {}
    assert stack.up([run(sync, streams=["charges", "refunds"], triggers=[1], timeout=60)]) == {"load": "update"}
    assert stack.up([]) == {"load": "delete"}
    assert weld.requests() == []
    assert stack.lines == []


def test_changed_triggers_run_the_streams_again(weld: Simulator, stack: Stack, sync: str) -> None:
    stack.up([run(sync, triggers={"version": 1})])
    first = stack.state["load"].outs["finished_at"]
    requested(weld)
    assert stack.up([run(sync, triggers={"version": 2})]) == {"load": "replace"}
    assert len(requested(weld)) == 3
    assert stack.state["load"].outs["finished_at"] > first


def test_one_status_a_look_serves_all_streams(weld: Simulator, stack: Stack, sync: str) -> None:
    stack.up([run(sync)])
    calls = [call for call in short(weld.requests()) if call.startswith("GET ")]
    looks = [call for call in calls if call == f"GET /elt_syncs/{sync}/status"]
    assert len(calls) - len(looks) <= 4
    assert len(looks) <= 16


def test_a_run_that_is_going_on_is_waited_for_instead_of_a_second_one(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.start_run(streams(weld)["charges"], rows_total=7)
    stack.up([run(sync)])
    assert requested(weld) == ["refunds", "customers"]
    assert stack.state["load"].outs["streams_result"]["charges"]["rows_synced"] == 7


def test_a_run_that_starts_at_the_same_moment_is_waited_for_too(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.set_runs(delay=30, seconds=60)  # Weld lists it only later
    weld.start_run(streams(weld)["charges"])
    stack.up([run(sync, streams=["charges"])])
    assert [request.status for request in weld.writes()] == [409]
    assert len(weld.state()["runs"]) == 4


def test_a_run_that_starts_late_is_waited_for(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.set_runs(delay=1200, seconds=60, rows_total=5)
    stack.up([run(sync)])
    assert stack.state["load"].outs["rows_synced"] == 15
    assert saying(stack.lines, "3 not started yet")


def test_a_lost_response_requests_no_second_run(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.fault("drop_after", "POST", RUN)
    stack.up([run(sync)])
    assert len(weld.state()["runs"]) == 6


def test_the_streams_that_a_sync_gets_in_the_same_up_are_run(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.set_runs(seconds=60)
    base = {"connection_id": stripe, "destination_schema_name": "raw", "sync_interval": "0 * * * *"}
    program = [Res("EltSync", "sync", {**base, "source_streams": ["charges", "plans"]}), run(Ref("sync"))]
    stack.up(program)
    assert stack.state["load"].outs["streams_result"].keys() == {"charges", "plans"}
    assert len(weld.state()["runs"]) == 2  # Weld has started the first ones
    weld.clear_requests()
    more = [
        Res("EltSync", "sync", {**base, "source_streams": ["charges", "refunds"]}),
        run(Ref("sync"), streams=["refunds"]),
    ]
    assert stack.up(more) == {"sync": "update", "load": "replace"}
    assert stack.state["load"].outs["streams_result"].keys() == {"refunds"}


def test_separate_streams_of_the_same_up_pass_the_preview(weld: Simulator, stack: Stack, sync: str) -> None:
    plans = Res("SourceStream", "plans", {"elt_sync_id": sync, "name": "plans"})
    stack.up([plans, run(sync, streams=["plans"])])
    assert stack.state["load"].outs["streams_result"].keys() == {"plans"}


@pytest.mark.parametrize(
    "left_out",
    [
        ("records_synced", "finished_at"),
        ("records_synced", "finished_at", "started_at", "estimated_total_count", "operation_mode", "status"),
    ],
)
def test_a_status_without_figures_is_completed_from_the_list_of_runs(
    weld: Simulator, stack: Stack, sync: str, monkeypatch: pytest.MonkeyPatch, left_out: tuple[str, ...]
) -> None:
    from weld_pulumi.simulator.serializers import Serializer

    shown = Serializer.status

    def bare(self: Serializer, row: Any) -> Any:
        found = shown(self, row)
        for stream in found["source_streams"]:
            for name in left_out:
                stream.get("latest_sync", {}).pop(name, None)
        return found

    monkeypatch.setattr(Serializer, "status", bare)
    stack.up([run(sync, streams=["charges"], triggers=[1])])
    stack.up([run(sync, streams=["charges"], triggers=[2])])
    charges = stack.state["load"].outs["streams_result"]["charges"]
    assert charges["rows_synced"] == 1000
    assert charges["finished_at"] > weld.state()["runs"][-1]["started_at"]


# Full refresh ------------------------------------------------------------------------------------------------------


def test_a_full_refresh_is_requested_before_the_run(weld: Simulator, stack: Stack, sync: str) -> None:
    stack.up([run(sync, streams=["charges"], full_refresh=True)])
    assert requested(weld) == ["/elt_streams/charges/request_full_refresh", "charges"]
    latest = weld.state()["runs"][-1]
    assert (latest["operation_mode"], latest["full_sync_trigger"]) == ("FULL", "USER")


def test_a_run_that_copies_only_changes_is_not_enough_for_a_full_refresh(
    weld: Simulator, stack: Stack, sync: str
) -> None:
    weld.start_run(streams(weld)["charges"])
    stack.up([run(sync, streams=["charges"], full_refresh=True)])
    assert requested(weld) == ["/elt_streams/charges/request_full_refresh", "charges"]
    assert [each["operation_mode"] for each in weld.state()["runs"]][-2:] == ["INCREMENTAL", "FULL"]


# What goes wrong ---------------------------------------------------------------------------------------------------


def test_a_failed_stream_is_an_error_with_its_name_and_the_reason(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.set_runs(streams(weld)["charges"], seconds=5, error_message="The account is locked")
    with pytest.raises(WeldError) as caught:
        stack.up([run(sync)])
    assert says(caught.value, "'charges'", sync, "The account is locked", "2 of 3 streams completed")
    assert "load" not in stack.state
    # It has waited for the others; the next `up` requests all again.
    assert all(weld.workspace.now() > each["started_at"] + 5 for each in weld.workspace.store.find("runs"))
    weld.set_runs(streams(weld)["charges"])
    requested(weld)
    stack.up([run(sync)])
    assert len(requested(weld)) == 3


def test_after_a_time_out_the_run_goes_on_and_the_next_up_waits_for_it(
    weld: Simulator, stack: Stack, sync: str
) -> None:
    weld.set_runs(seconds=7200, rows_total=10_000_000)
    weld.set_runs(streams(weld)["charges"], seconds=60)
    with pytest.raises(WeldError) as caught:
        stack.up([run(sync)])
    assert says(caught.value, "after 1 h", "2 streams", sync, "'customers' (5", "of 10.0 M rows", "`pulumi up` waits")
    assert len(requested(weld)) == 3
    stack.up([run(sync, timeout=7200)])
    # Not even of the stream that was done.
    assert requested(weld) == []
    assert stack.state["load"].outs["rows_synced"] == 20_000_000 + weld.state()["runs"][-1]["rows_total"]


def test_an_up_that_is_killed_while_it_waits_is_followed_by_one_that_requests_nothing(
    weld: Simulator, stack: Stack, sync: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weld_pulumi.provider.elt_sync_run import waiting

    weld.set_runs(streams(weld)["refunds"], seconds=1)

    def die(*_: object) -> None:
        raise Crash

    monkeypatch.setattr(waiting, "progress_text", die)
    with pytest.raises(Crash):
        stack.up([run(sync)])
    monkeypatch.undo()
    assert len(requested(weld)) == 3
    weld.advance(20)
    assert stack.up([run(sync)]) == {"load": "create"}
    assert requested(weld) == []
    assert len(weld.state()["runs"]) == 6


def test_what_has_failed_meanwhile_is_run_again(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.start_run(streams(weld)["customers"])
    failed = weld.start_run(streams(weld)["charges"])
    weld.end_run(failed["id"], "Connection timeout")
    stack.up([run(sync)])
    assert requested(weld) == ["refunds", "charges"]


def test_an_outage_of_the_status_does_not_end_the_wait(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.fault("status", "GET", r"/elt_syncs/[^/]+/status", status=500, nth=2, times=3)
    stack.up([run(sync)])
    assert len(saying(stack.lines, "reading the status of the runs failed")) == 1


def test_a_key_that_is_revoked_meanwhile_ends_the_wait_and_says_what_goes_on(
    weld: Simulator, stack: Stack, sync: str
) -> None:
    weld.fault("status", "GET", r"/elt_syncs/[^/]+/status", status=401, nth=2)
    with pytest.raises(WeldError) as caught:
        stack.up([run(sync)])
    assert says(caught.value, "401", "goes on at Weld", "the next `pulumi up` waits for it")


def test_a_run_that_weld_rejects_is_an_error_with_the_reason(weld: Simulator, stack: Stack, sync: str) -> None:
    weld.fault("status", "POST", RUN, status=400, nth=2, body={"error_code": "x", "message": "job stopped"})
    with pytest.raises(WeldError) as caught:
        stack.up([run(sync)])
    assert says(caught.value, "job stopped", "goes on at Weld")
    assert "load" not in stack.state


@pytest.mark.usefixtures("cancelled")
def test_a_cancelled_up_ends_at_once(weld: Simulator, stack: Stack, sync: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weld.set_runs(seconds=3600)
    begun = weld.workspace.now()
    observe = weld.workspace.now

    def press_after_a_while() -> float:
        now = observe()
        if now > begun + 60:
            interruption.cancelled.set()
        return now

    monkeypatch.setattr(weld.workspace, "now", press_after_a_while)
    with pytest.raises(WeldError) as caught:
        stack.up([run(sync)])
    assert weld.workspace.now() - begun < 70
    assert says(caught.value, "interrupted", sync, "the next `pulumi up` waits for it")


@pytest.mark.usefixtures("cancelled")
def test_a_cancelled_up_requests_nothing_more(weld: Simulator, stack: Stack, sync: str) -> None:
    interruption.cancelled.set()
    with pytest.raises(WeldError, match="interrupted"):
        stack.up([run(sync)])
    assert requested(weld) == []
