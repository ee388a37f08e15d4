"""Runs that `up` waits for, on the real engine."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.support.at_weld import about, short, streams_of
from tests.support.on_engine import until
from tests.support.programs import Code, elt_sync, options, program, resource
from tests.support.stacks import Stacks
from tests.support.terminal import Terminal
from tests.support.waiting import up
from tests.support.wording import line_says, says
from weld_pulumi.simulator import Simulator


@pytest.fixture
def sync(weld: Simulator) -> str:
    """A sync of two streams whose first runs are over; each further run takes three seconds."""
    stripe = weld.create_connection("stripe", "Shop")["id"]
    made = weld.create_sync(stripe, destination_schema_name="raw", streams=["charges", "customers"], enabled=True)
    weld.advance(10)
    weld.set_runs(seconds=3, rows_total=5_000_000)
    weld.clear_requests()
    return str(made["id"])


def requested(weld: Simulator) -> int:
    """The number of runs that were requested since the last time."""
    found = sum(call.endswith("/request_run") for call in short(weld.writes()))
    weld.clear_requests()
    return found


def load(sync: str, **arguments: Any) -> str:
    return resource("EltSyncRun", "load", elt_sync_id=sync, **arguments)


def test_what_depends_on_a_run_finds_the_data_there(weld: Simulator, stack: Stacks, sync: str) -> None:
    after = resource("Connection", "after", integration_id="stripe", opts=options(depends_on=Code("[load]")))
    results = 'load.streams_result.apply(lambda found: {name: each["rows_synced"] for name, each in found.items()})'
    shown = [f'pulumi.export("{name}", load.{name})' for name in ("status", "rows_synced", "finished_at")]
    text = program(load(sync, triggers=["a"]), after, *shown, f'pulumi.export("results", {results})')
    stacked = stack(text)
    assert stacked.preview().changed == {"load": "create", "after": "create"}
    assert requested(weld) == 0
    assert stacked.up().changed == {"load": "create", "after": "create"}
    assert requested(weld) == 2
    outs = stacked.outputs()
    assert (outs["status"], outs["rows_synced"]) == ("COMPLETED", 10_000_000)
    assert outs["results"] == {"charges": 5_000_000, "customers": 5_000_000}
    assert weld.state()["connections"][-1]["created_at"] > outs["finished_at"]
    weld.clear_requests()
    stacked.up(expect_no_changes=True)
    stacked.refresh(expect_no_changes=True)
    assert about(weld, "/elt_") == []

    stacked.write(text.replace("['a']", "['b']"))
    assert stacked.up().changed == {"load": "replace"}
    assert requested(weld) == 2
    stacked.destroy("--target", stacked.resource("load")["urn"], "--target-dependents")
    assert requested(weld) == 0


def test_an_up_after_one_that_was_killed_waits_and_requests_no_second_run(
    weld: Simulator, stack: Stacks, sync: str
) -> None:
    weld.set_runs(seconds=600)
    stacked = stack(program(load(sync)))
    with up(stacked) as command:
        command.until("0 of 2 streams done")
        command.interrupt(signal.SIGKILL)
    assert requested(weld) == 2
    stacked.cli("cancel", "--yes", "--stack", "test", check=False)
    with up(stacked) as command:
        command.until("0 of 2 streams done")
        weld.advance(600)
        assert command.finish() == 0, command.text
    assert requested(weld) == 0
    assert stacked.resource("load")["outputs"]["status"] == "COMPLETED"


def test_ctrl_c_ends_the_wait_at_once(weld: Simulator, stack: Stacks, sync: str) -> None:
    weld.set_runs(seconds=600, rows_total=10_100_000)
    stacked = stack(program(load(sync)))
    with Terminal(stacked.command("up", "--yes", "--skip-preview"), stacked.folder, stacked.env, 140) as screen:
        screen.until(r"0 of 2 streams done, [\d.]+ [kM] of 20.2 M rows")
        screen.press(b"\x03")
        assert screen.finish() != 0
        text = " ".join("".join(screen.screen.display).split())
    assert says(text, "interrupted while waiting", sync, "goes on at Weld")
    assert requested(weld) == 2


@pytest.mark.long
def test_a_failed_stream_and_a_time_out_are_errors_and_the_next_up_goes_on(
    weld: Simulator, stack: Stacks, sync: str
) -> None:
    charges = streams_of(weld, sync)["charges"]["id"]
    weld.set_runs(charges, seconds=1, error_message="The account is locked")
    stacked = stack(program(load(sync)))
    failed = stacked.up(check=False)
    assert line_says(failed.text, "creating the EltSyncRun", "'charges'", sync, "The account is locked")
    assert requested(weld) == 2

    weld.set_runs(charges)
    weld.set_runs(seconds=600)
    stacked.write(program(load(sync, timeout=2)))
    late = stacked.up(check=False)
    assert line_says(late.text, "creating the EltSyncRun", "after 2 s", "2 streams", "the next `pulumi up` waits")
    assert requested(weld) == 2
    stacked.write(program(load(sync, timeout=60)))
    with up(stacked) as command:
        until(lambda: about(weld, "/status") != [], command.process)
        weld.advance(600)
        assert command.finish() == 0, command.text
    assert requested(weld) == 0


@pytest.mark.long
@pytest.mark.weld_simulator(auto_authorize=False)
def test_a_disabled_sync_and_one_that_waits_for_a_person_are_errors_before_anything_is_requested(
    weld: Simulator, stack: Stacks, sync: str
) -> None:
    weld.patch_sync(sync, enabled=False)
    stacked = stack(program(load(sync)))
    assert line_says(stacked.preview(check=False).text, sync, "disabled")
    assert not stacked.up(check=False).ok
    assert weld.writes() == []

    lines = [
        resource("Connection", "shop", integration_id="stripe", label="New", authorization_timeout=0),
        elt_sync("late", Code("shop.id"), on_pending_connection="skip", source_streams=["charges"]),
    ]
    waiting = stack(program(*lines, load(Code("late.id"))))
    failed = waiting.up(check=False)
    assert line_says(failed.text, "creating the EltSyncRun", "'late'", "a person has to authorize its connection")
    assert line_says(waiting.preview().text, "'late'", "`pulumi up` stops at this run")
    assert requested(weld) == 0
    weld.set_runs(seconds=1)
    weld.authorize()
    assert waiting.up("--refresh").changed["load"] == "create"
    assert waiting.resource("load")["outputs"]["status"] == "COMPLETED"
