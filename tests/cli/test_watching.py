"""Commands that wait for runs: a table with bars on a terminal, plain lines elsewhere, and the exit code."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.at_weld import short, streams_of
from tests.support.terminal import Terminal
from tests.support.wording import says
from weld_pulumi.simulator import Simulator

from .conftest import Run


@pytest.fixture
def sync(weld: Simulator) -> str:
    """A sync of two streams whose first runs are over; each further run takes a second."""
    made = weld.create_sync(
        weld.create_connection("stripe", "Shop")["id"],
        destination_schema_name="raw",
        streams=["charges", "customers"],
        enabled=True,
    )
    weld.advance(10)
    weld.set_runs(seconds=1, rows_total=5_000_000)
    weld.clear_requests()
    return str(made["id"])


def charges(weld: Simulator, sync: str) -> str:
    return str(streams_of(weld, sync)["charges"]["id"])


def requested(weld: Simulator) -> int:
    return sum(call.endswith("/request_run") for call in short(weld.writes()))


def terminal(weld: Simulator, folder: Path, *words: str, columns: int = 80) -> Terminal:
    env: dict[str, Any] = {**os.environ, "WELD_API_KEY": weld.api_key, "WELD_API_URL": weld.url}
    return Terminal([sys.executable, "-m", "weld_pulumi", *words], folder, env, columns)


def test_run_with_wait_ends_when_each_stream_has_ended(weld: Simulator, run: Run, sync: str) -> None:
    lines = run("run", "raw", "--wait").stdout.splitlines()
    assert requested(weld) == 2
    assert sorted(line for line in lines if ":" in line) == [
        "charges: done, 5.0 M rows",
        "customers: done, 5.0 M rows",
    ]
    assert re.fullmatch(r"2 of 2 streams done, 10.0 M rows in \d+ s", lines[-1])


def test_run_with_wait_takes_a_stream_too_and_waits_for_what_runs_already(weld: Simulator, run: Run, sync: str) -> None:
    weld.start_run(charges(weld, sync), rows_total=7)
    assert "charges: done, 7 rows" in run("run", "raw/charges", "--wait").stdout.splitlines()
    assert requested(weld) == 0


def test_a_failed_stream_is_the_exit_code_with_its_name_and_the_reason(weld: Simulator, run: Run, sync: str) -> None:
    weld.set_runs(charges(weld, sync), seconds=1, error_message="The account is locked")
    result = run("run", "raw", "--wait", code=1)
    assert "charges: failed" in result.stdout
    assert says(result.stderr, "'charges'", "The account is locked")
    assert says(run("status", "raw", "--watch", code=1).stderr, "'charges'", "The account is locked")
    assert says(run("status", "--watch", code=1).stderr, "sync 'raw'", "charges", "The account is locked")


def test_a_time_out_names_the_streams_that_go_on(weld: Simulator, run: Run, sync: str) -> None:
    weld.set_runs(seconds=600)
    result = run("run", "raw", "--wait", "--timeout", "1", code=1)
    assert says(result.stderr, "after 1 s", "2 streams", "'charges', 'customers'", "goes on at Weld")


def test_a_request_that_fails_says_how_many_were_sent(weld: Simulator, run: Run, sync: str) -> None:
    weld.fault("status", "POST", r"/elt_streams/[^/]+/request_run", status=400, nth=2)
    assert says(run("run", "raw", "--wait", code=1).stderr, "1 of 2 streams")


def test_status_with_watch_ends_at_once_where_nothing_runs(weld: Simulator, run: Run, sync: str) -> None:
    lines = run("status", "raw", "--watch").stdout.splitlines()
    assert lines[-1].startswith("2 of 2 streams done, ")
    assert run("status", "--watch").stdout.splitlines()[-1].startswith("1 of 1 sync done, ")
    assert weld.writes() == []


def test_status_with_watch_follows_until_nothing_runs(weld: Simulator, run: Run, sync: str) -> None:
    weld.start_run(charges(weld, sync), seconds=2)
    assert "charges: done, 5.0 M rows" in run("status", "raw", "--watch").stdout.splitlines()
    weld.start_run(charges(weld, sync), seconds=2)
    assert run("status", "--watch").stdout.splitlines()[-1].startswith("1 of 1 sync done, ")


@pytest.mark.parametrize("words", [("run", "raw", "--timeout", "5"), ("status", "raw", "--watch", "--json")])
def test_options_that_contradict_are_refused(weld: Simulator, run: Run, sync: str, words: tuple[str, ...]) -> None:
    run(*words, code=2)
    assert weld.writes() == []


def test_a_terminal_of_80_columns_shows_a_bar_for_each_stream(
    weld: Simulator, run: Run, sync: str, tmp_path: Path
) -> None:
    weld.set_runs(seconds=600, rows_total=10_100_000)
    weld.set_runs(charges(weld, sync), seconds=600, rows_total=10_100_000, estimated_total=0)
    with terminal(weld, tmp_path, "run", "raw", "--wait") as screen:
        screen.until("running")
        weld.advance(300)
        screen.until(r"customers +━+\S* +5\.\d M of 10\.1 M +running")
        assert "charges" in screen.text
        assert not re.search("charges +━", screen.text)  # Weld does not say how many rows there will be
        assert all(cell_len(line) <= 80 for line in screen.lines)
        weld.advance(300)
        assert screen.finish() == 0, screen.text
        lines = screen.lines
    assert [line.split()[0] for line in lines[-3:-1]] == ["charges", "customers"]
    assert all(re.search(r"━+ +10\.1 M +done$", line) for line in lines[-3:-1])
    assert lines[-1].startswith("2 of 2 streams done, 20.2 M rows, ")


def test_a_terminal_that_is_too_small_shows_what_changes_first(weld: Simulator, tmp_path: Path) -> None:
    for number in range(60):
        weld.set_catalogue_stream("stripe", f"t{number:02}")
    names = [f"t{number:02}" for number in range(60)]
    stripe = weld.create_connection("stripe", "Shop")["id"]
    made = weld.create_sync(stripe, destination_schema_name="raw", streams=names, enabled=True)
    weld.advance(10)
    weld.start_run(streams_of(weld, made["id"])["t59"]["id"], seconds=600)
    with terminal(weld, tmp_path, "status", "raw", "--watch") as screen:
        screen.until(r"… and \d+ more")
        assert screen.lines[0].startswith("t59")
        weld.advance(600)
        assert screen.finish() == 0
        assert screen.lines[-1].startswith("60 of 60 streams done")


def test_ctrl_c_ends_the_command_and_not_the_runs(weld: Simulator, sync: str, tmp_path: Path) -> None:
    weld.set_runs(seconds=600)
    with terminal(weld, tmp_path, "run", "raw", "--wait") as screen:
        screen.until("running")
        screen.press(b"\x03")
        assert screen.finish() == 130
        assert says(" ".join(screen.text.split()), "goes on at Weld", f"weld-pulumi status {sync} --watch")
    assert requested(weld) == 2
