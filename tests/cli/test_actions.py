from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_weld import short
from tests.support.wording import says
from weld_pulumi.simulator import Simulator

from .conftest import Run


@pytest.fixture
def sync(weld: Simulator) -> Any:
    made = weld.create_sync(weld.create_connection("stripe", "A")["id"], streams=["charges"], enabled=True)
    weld.advance(10)
    weld.clear_requests()
    return made


@pytest.fixture
def stream(weld: Simulator, sync: Any) -> Any:
    return weld.state()["streams"][0]


def test_run_asks_weld_for_a_run_of_the_stream(weld: Simulator, run: Run, stream: Any) -> None:
    assert stream["id"] in run("run", stream["id"]).stdout
    assert short(weld.writes()) == [f"POST /elt_streams/{stream['id']}/request_run"]
    assert len(weld.state()["runs"]) == 2


def test_run_while_one_is_going_on_is_no_error(weld: Simulator, run: Run, stream: Any) -> None:
    run("run", stream["id"])
    assert "already running" in run("run", stream["id"]).stdout
    assert len(weld.state()["runs"]) == 2


def test_run_of_a_sync_that_is_off_says_why(weld: Simulator, run: Run, sync: Any, stream: Any) -> None:
    weld.patch_sync(sync["id"], enabled=False)
    assert "is not enabled" in run("run", stream["id"], code=1).stderr


def test_full_refresh_asks_first(weld: Simulator, run: Run, stream: Any) -> None:
    for answer in ("n\n", ""):
        result = run("full-refresh", stream["id"], input=answer, code=1)
        assert says(result.stderr, "'charges'", "[y/N]")
    assert short(weld.writes()) == []
    assert "full refresh" in run("full-refresh", stream["id"], input="y\n").stdout
    assert weld.state()["streams"][0]["refresh_requested"] == 1


def test_full_refresh_keeps_the_history_unless_told(weld: Simulator, run: Run, stream: Any) -> None:
    run("full-refresh", stream["id"], "--yes")
    assert weld.state()["streams"][0]["reset_history"] == 0
    result = run("full-refresh", stream["id"], "--reset-history-table", input="y\n")
    assert says(result.stderr, "'charges'", "history table", "[y/N]")
    assert weld.state()["streams"][0]["reset_history"] == 1
    assert "no longer marked" in run("full-refresh", stream["id"], "--cancel").stdout
    assert weld.state()["streams"][0]["refresh_requested"] == 0


def test_full_refresh_takes_no_contradiction(weld: Simulator, run: Run, stream: Any) -> None:
    run("full-refresh", stream["id"], "--cancel", "--reset-history-table", code=2)
    assert short(weld.writes()) == []


def test_disable_asks_first(weld: Simulator, run: Run, sync: Any) -> None:
    result = run("disable", sync["id"], input="n\n", code=1)
    assert says(result.stderr, f"Sync {sync['id']} ", "'weld'", "[y/N]")
    assert short(weld.writes()) == []
    run("disable", sync["id"], "-y")
    assert weld.state()["syncs"][0]["enabled"] is False


@pytest.mark.parametrize("reading", ["204", "409"])
def test_enable_and_disable_may_be_repeated(weld: Simulator, run: Run, sync: Any, reading: str) -> None:
    weld.set_reading("enable_again", reading)
    for command, state in (("enable", True), ("disable", False), ("disable", False), ("enable", True)):
        run(command, sync["id"], *(["--yes"] if command == "disable" else []))
        assert weld.state()["syncs"][0]["enabled"] is state


def test_run_orchestration_asks_weld_for_a_run_of_it(weld: Simulator, run: Run) -> None:
    workflow = weld.create_orchestration("Night")
    text = run("run-orchestration", workflow["id"]).stdout
    assert "'Night'" in text
    assert weld.state()["orchestration_runs"][0]["id"] in text
