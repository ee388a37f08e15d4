"""Names in the place of ids."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.wording import says
from weld_pulumi.simulator import Simulator

from .conftest import Run, data_of
from .fake_pulumi import FakePulumi, project


@pytest.fixture
def at(weld: Simulator) -> dict[str, str]:
    """Two syncs, which both have customers; only the second is running."""
    shop = weld.create_connection("stripe", "Shop (production)")["id"]
    crm = weld.create_connection("hubspot", "CRM")["id"]
    first = weld.create_sync(shop, destination_schema_name="raw_shop", streams=["charges", "customers"])["id"]
    second = weld.create_sync(shop, destination_schema_name="raw_more", streams=["customers"], enabled=True)["id"]
    weld.create_sync(crm, destination_schema_name="raw_crm", streams=["deals"])
    streams = {(s["elt_sync_id"], s["name"]): s["id"] for s in weld.state()["streams"]}
    weld.advance(10)
    weld.clear_requests()
    return {
        **{"shop": shop, "first": first, "second": second, "charges": streams[first, "charges"]},
        **{"customers": streams[first, "customers"], "more": streams[second, "customers"]},
        "night": weld.create_orchestration("Night shift")["id"],
    }


def writes(weld: Simulator) -> list[str]:
    return [request.path for request in weld.writes()]


def test_a_sync_is_found_by_its_schema(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    assert {each["name"] for each in data_of(run("streams", "raw_shop", "--json"))} == {"charges", "customers"}
    assert data_of(run("status", "raw_shop", "--json"))["elt_sync_id"] == at["first"]
    run("enable", "raw_shop")
    run("disable", "raw_shop", "--yes")
    assert writes(weld) == [f"/elt_syncs/{at['first']}/enable", f"/elt_syncs/{at['first']}/disable"]


def test_a_connection_is_found_by_its_label(run: Run, at: dict[str, str]) -> None:
    assert "elt_settings" in run("settings", "Shop (production)").stdout
    found = data_of(run("syncs", "--connection-id", "Shop (production)", "--json"))
    assert {each["id"] for each in found} == {at["first"], at["second"]}


def test_a_stream_and_an_orchestration_are_found_by_their_names(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    assert data_of(run("runs", "raw_more/customers", "--json"))[0]["elt_stream_id"] == at["more"]
    run("full-refresh", "raw_more/customers", "--yes")
    run("run-orchestration", "Night shift")
    assert writes(weld) == [
        f"/elt_streams/{at['more']}/request_full_refresh",
        f"/orchestrations/{at['night']}/request_run",
    ]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("runs", "customers"), ("customers", "more")),
        (("full-refresh", "customers", "--yes"), ("customers", "more")),
        (("run", "customers"), ("customers", "more")),
    ],
)
def test_a_name_that_means_several_is_an_error_that_lists_them(
    weld: Simulator, run: Run, at: dict[str, str], words: tuple[str, ...], meant: tuple[str, ...]
) -> None:
    text = run(*words, code=1).stderr
    assert all(at[name] in text for name in meant)
    assert "'raw_shop'" in text
    assert writes(weld) == []


def test_a_stream_and_a_sync_of_one_name_are_both_named(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    sync = weld.create_sync(at["shop"], destination_schema_name="charges")["id"]
    text = run("run", "charges", code=1).stderr
    assert at["charges"] in text
    assert sync in text
    assert [each["id"] for each in data_of(run("streams", "charges", "--json"))] == []


def test_an_id_counts_more_than_a_name(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    weld.patch_connection(weld.state()["connections"][0]["id"], label=at["shop"])
    found = data_of(run("syncs", "--connection-id", at["shop"], "--json"))
    assert {each["id"] for each in found} == {at["first"], at["second"]}


def test_a_near_miss_of_a_name_is_told(run: Run, at: dict[str, str]) -> None:
    assert "'raw_shop'" in run("streams", "raw_shopp", code=1).stderr
    assert "weld-pulumi syncs" in run("streams", "raw_shopp", code=1).stderr


def test_all_streams_of_a_sync_run(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    run("enable", "raw_shop")
    weld.advance(10)
    weld.clear_requests()
    run("run", at["charges"])
    text = run("run", "raw_shop").stdout
    assert "2 streams" in text
    assert "1 was already running" in text
    assert f"weld-pulumi status {at['first']}" in text
    asked = [request.path for request in weld.writes()]
    assert set(asked) == {f"/elt_streams/{at[name]}/request_run" for name in ("charges", "customers")}


def test_runs_that_were_requested_before_an_error_are_told(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    run("enable", "raw_shop")
    weld.advance(10)
    weld.fault("status", "POST", f"/elt_streams/{at['customers']}/request_run", status=500)
    text = run("run", "raw_shop", code=1).stderr
    assert "1 of 2 streams" in text


# Resources of the current stack -------------------------------------------------------------------------------------


def state(*resources: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "deployment": {
            "resources": [
                {"type": f"pulumi-python:dynamic/weld:{kind}", "id": id, "urn": f"urn:pulumi:dev::p::t::{name}"}
                for kind, name, id in resources
            ]
        }
    }


def test_a_resource_of_the_current_stack_stands_for_its_id(
    run: Run, pulumi: FakePulumi, at: dict[str, str], tmp_path: Any
) -> None:
    project(tmp_path / "here")
    pulumi.answers("config", "--json", stdout={})
    pulumi.answers(
        "stack", "export", stdout=state(("EltSync", "shop", at["first"]), ("Connection", "shop", at["shop"]))
    )
    assert data_of(run("status", "shop", "--json"))["elt_sync_id"] == at["first"]
    assert len(data_of(run("syncs", "--connection-id", "shop", "--json"))) == 2
    assert all("--show-secrets" not in words for words in pulumi.asked() if "export" in words)


def test_a_resource_and_a_schema_of_one_name_are_both_named(
    run: Run, pulumi: FakePulumi, at: dict[str, str], tmp_path: Any
) -> None:
    project(tmp_path / "here")
    pulumi.answers("stack", "export", stdout=state(("EltSync", "raw_more", at["first"])))
    text = run("status", "raw_more", code=1).stderr
    assert at["first"] in text
    assert at["second"] in text


def test_a_stack_that_cannot_be_read_hinders_nothing(
    run: Run, pulumi: FakePulumi, at: dict[str, str], tmp_path: Any
) -> None:
    project(tmp_path / "here")
    pulumi.answers("stack", "export", stderr="error: no stack selected", code=255)
    assert data_of(run("status", "raw_more", "--json"))["elt_sync_id"] == at["second"]


# All syncs ----------------------------------------------------------------------------------------------------------


def test_status_of_all_syncs_shows_first_what_failed(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    run_id = weld.state()["runs"][0]["id"]
    weld.patch_run(run_id, error_message="Connection timeout")
    first, *others = run("status").stdout.splitlines()[1:]
    assert first.split()[:3] == [at["second"], "raw_more", "FAILED"]
    assert "1 of 1 failed" in first
    assert "customers: Connection timeout" in first
    assert {line.split()[1] for line in others} == {"raw_crm", "raw_shop"}
    told = data_of(run("status", "--json"))
    assert told[0]["elt_sync_id"] == at["second"]
    assert told[0]["failed_streams"] == ["customers"]
    assert {stream["name"] for stream in told[0]["source_streams"]} == {"customers"}


def test_status_of_one_sync_shows_first_what_failed(weld: Simulator, run: Run, at: dict[str, str]) -> None:
    run("enable", "raw_shop")
    weld.advance(10)
    failed = next(r for r in weld.state()["runs"] if r["elt_stream_id"] == at["customers"])
    weld.patch_run(failed["id"], error_message="Connection timeout")
    assert run("status", "raw_shop").stdout.splitlines()[1].split()[0] == "customers"


def test_status_says_when_there_are_no_syncs(run: Run) -> None:
    assert says(run("status").stdout, "no syncs")
    assert data_of(run("status", "--json")) == []
