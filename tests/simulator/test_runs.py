"""What can be set about runs: figures, duration, delay and failure."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.models import StreamStatus
from weld_pulumi.config import load
from weld_pulumi.simulator import Simulator


@pytest.fixture
def sync(weld: Simulator) -> dict[str, Any]:
    """A sync whose first runs are over."""
    made = weld.create_sync(weld.create_connection("stripe", "Shop")["id"], streams=["charges", "refunds"])
    weld.patch_sync(made["id"], enabled=True)
    return made


def client(weld: Simulator) -> WeldClient:
    return WeldClient(load({"weld:apiKey": weld.api_key, "weld:apiUrl": weld.url}.get))


def status(weld: Simulator, sync: dict[str, Any]) -> dict[str, StreamStatus]:
    return {each.name: each for each in client(weld).get_sync_status(sync["id"]).source_streams}


def ids(weld: Simulator) -> dict[str, str]:
    return {stream["name"]: stream["id"] for stream in weld.state()["streams"]}


def test_figures_grow_as_the_time_of_a_run_passes(weld: Simulator, sync: dict[str, Any]) -> None:
    weld.set_runs(rows_total=1000, bytes_total=5000, estimated_total=2000, seconds=3600)
    client(weld).request_run(ids(weld)["charges"])
    weld.advance(1800)
    active = status(weld, sync)["charges"].active_sync
    assert active is not None
    assert 500 <= (active.records_synced or 0) < 510
    assert 2500 <= active.bytes_synced < 2550
    assert active.estimated_total_count == 2000
    weld.advance(1800)
    latest = status(weld, sync)["charges"].latest_sync
    assert latest is not None
    assert (latest.status, latest.records_synced, latest.bytes_synced) == ("COMPLETED", 1000, 5000)


def test_settings_of_a_stream_win_over_those_of_its_sync_and_of_all(weld: Simulator, sync: dict[str, Any]) -> None:
    weld.set_runs(rows_total=1, seconds=10)
    weld.set_runs(sync["id"], rows_total=2, estimated_total=0)
    weld.set_runs(ids(weld)["charges"], rows_total=3, error_message="No space")
    for id in ids(weld).values():
        client(weld).request_run(id)
    active = status(weld, sync)["refunds"].active_sync
    assert active is not None
    assert active.estimated_total_count is None
    weld.advance(10)
    found = {name: each.latest_sync for name, each in status(weld, sync).items()}
    figures = {name: (each.records_synced, each.status, each.error_message) for name, each in found.items() if each}
    assert figures == {"charges": (3, "FAILED", "No space"), "refunds": (2, "COMPLETED", None)}
    weld.set_runs(ids(weld)["charges"])
    weld.end_run(weld.start_run(ids(weld)["charges"], rows_total=7)["id"])
    latest = status(weld, sync)["charges"].latest_sync
    assert latest is not None
    assert latest.status == "COMPLETED"


def test_a_delayed_run_is_listed_once_it_has_started(weld: Simulator, sync: dict[str, Any]) -> None:
    weld.set_runs(delay=600, seconds=60)
    charges = ids(weld)["charges"]
    client(weld).request_run(charges)
    assert client(weld).list_runs(charges) == []
    assert status(weld, sync)["charges"] == StreamStatus(name="charges")
    weld.advance(601)
    assert [run.status for run in client(weld).list_runs(charges)] == ["RUNNING"]
    weld.advance(60)
    assert [run.status for run in client(weld).list_runs(charges)] == ["COMPLETED"]


@pytest.mark.parametrize(
    ("body", "named"),
    [({"rows": 1}, "rows"), ({"seconds": -1}, "seconds"), ({"rows_total": "1"}, "rows_total")],
)
def test_wrong_settings_are_refused(weld: Simulator, body: dict[str, Any], named: str) -> None:
    response = requests.put(f"{weld.url}/_simulator/runs", json=body, timeout=30)
    assert response.status_code == 400
    assert named in response.json()["message"]
    assert requests.put(f"{weld.url}/_simulator/runs/nothing", json={}, timeout=30).status_code == 404


def test_a_database_of_an_earlier_version_is_still_read(tmp_path: Path) -> None:
    file = tmp_path / "weld.db"
    with Simulator(database=str(file)) as weld:
        made = weld.create_sync(weld.create_connection("stripe", "Shop")["id"], streams=["charges"], enabled=True)
    weld.close()
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("ALTER TABLE runs DROP COLUMN bytes_total")
        database.execute("DROP TABLE run_settings")
    with Simulator(database=str(file)) as weld:
        assert status(weld, made)["charges"].name == "charges"
