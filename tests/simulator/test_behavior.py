"""What Weld does in its default API variant."""

from __future__ import annotations

import re
from typing import Any

import pytest

from weld_pulumi.simulator.catalogue import INTEGRATIONS, LOAD_TEST_STREAMS

from .conftest import Api

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_workspace_begins_with_a_destination_and_orchestrations(api: Api) -> None:
    (destination,) = api("GET", "/connections")["data"]
    assert destination["integration_id"] == "databricks"
    made = api.sync()
    assert made["destination_connection_id"] == destination["id"]
    assert made["destination_integration_id"] == "databricks"
    names = [item["name"] for item in api("GET", "/orchestrations")["data"]]
    assert len(names) == 3
    assert names == sorted(names)


def test_a_sync_has_the_documented_fields(api: Api) -> None:
    made = api.sync(elt_settings={"account": "acct_1"}, start_date="2024-01-31")
    assert (made["status"], made["enabled"]) == ("NOT_STARTED", False)
    assert made["config"] == {"sourceSettings": {"account": "acct_1"}}
    assert made["start_date"] == "2024-01-31T00:00:00.000Z"
    assert made["sync_interval"] == "0 */6 * * *"
    assert TIME.fullmatch(made["created_at"])
    assert re.fullmatch(r"[\w-]{14}", made["id"])
    assert "source_streams" not in made
    assert api("GET", f"/elt_syncs/{made['id']}") == made
    assert api("GET", "/elt_syncs")["data"] == [made]


def test_a_start_date_may_be_a_time_stamp(api: Api) -> None:
    assert api.sync(start_date="2024-01-31T10:00:00.000Z")["start_date"] == "2024-01-31T00:00:00.000Z"


def test_an_update_changes_the_interval_and_the_settings_of_a_sync(api: Api) -> None:
    made = api.sync(elt_settings={"account": "acct_1"})
    path = f"/elt_syncs/{made['id']}"
    changed = api("POST", path, {"sync_interval": "0 0 * * 1", "elt_settings": {"account": "acct_2"}})
    assert (changed["sync_interval"], changed["config"]["sourceSettings"]) == ("0 0 * * 1", {"account": "acct_2"})
    assert changed["updated_at"] >= made["updated_at"]
    assert api("POST", path, {})["sync_interval"] == "0 0 * * 1"


def test_a_sync_is_enabled_and_disabled_also_twice(api: Api) -> None:
    made = api.sync("stripe", "charges")
    path = f"/elt_syncs/{made['id']}"
    for act, status, enabled in (("enable", "RUNNING", True), ("disable", "PAUSED", False)):
        for _ in range(2):
            api("POST", f"{path}/{act}", status=204)
            now = api("GET", path)
            assert (now["status"], now["enabled"]) == (status, enabled)


def test_a_sync_is_attached_to_an_orchestration_run_and_detached(api: Api) -> None:
    made = api.sync("stripe", "charges", enabled=True)
    first = api("GET", "/orchestrations")["data"][0]
    path = f"/elt_syncs/{made['id']}/orchestration"
    attached = api("POST", path, {"orchestration_workflow_id": first["id"]})
    assert attached["orchestration_workflow_id"] == first["id"]
    assert "sync_interval" not in attached
    api("POST", path, {"orchestration_workflow_id": "nowhere"}, status=404)
    api("POST", path, {}, status=400)
    api.simulator.advance(10)
    run = api("POST", f"/orchestrations/{first['id']}/request_run")
    assert (run["status"], run["orchestration_id"]) == ("RUNNING", first["id"])
    assert "active_sync" in api("GET", f"/elt_syncs/{made['id']}/status")["source_streams"][0]
    detached = api("DELETE", path)
    assert "orchestration_workflow_id" not in detached
    assert detached["sync_interval"] == made["sync_interval"]
    assert api("GET", f"/orchestrations/{first['id']}") == first


def test_a_stream_is_added_and_changed_by_name(api: Api) -> None:
    made = api.sync()
    sent = {
        "name": "customers",
        "incremental_pointer_id": "created",
        "excluded_columns": ["phone"],
        "hashed_columns": ["email"],
        "full_sync_always": False,
        "full_sync_at_midnight": True,
        "protected_from_full_sync": False,
        "excluded_substreams": [],
        "enabled_history_table": True,
    }
    (first,) = api.upsert(made["id"], sent)["source_streams"]
    assert first["incremental_primary_key_name"] == ["id"]
    assert first["incremental_pointer_id"] == "created"
    assert (first["full_sync_at_midnight"], first["enabled_history_table"]) == (True, True)
    assert not {"excluded_columns", "hashed_columns"} & set(first)
    (second,) = api.upsert(made["id"], {"name": "customers", "incremental_pointer_id": "", "full_sync_always": True})[
        "source_streams"
    ]
    assert second["id"] == first["id"]
    assert second["full_sync_always"]
    assert second["full_sync_at_midnight"]
    assert "incremental_pointer_id" not in second
    (kept,) = api.simulator.state()["streams"]
    assert (kept["excluded_columns"], kept["hashed_columns"]) == (["phone"], ["email"])
    assert api("GET", f"/elt_streams/{first['id']}") == second


def test_a_stream_keeps_its_excluded_sub_streams(api: Api) -> None:
    made = api.sync()
    (stream,) = api.upsert(made["id"], {"name": "invoices", "excluded_substreams": ["invoice_discounts"]})[
        "source_streams"
    ]
    assert stream["excluded_substreams"] == ["invoice_discounts"]


def test_an_object_that_is_deleted_is_gone_and_noted(api: Api) -> None:
    made = api.sync("stripe", "charges", "refunds", enabled=True)
    api("DELETE", f"/elt_streams/{api.streams(made['id'])['charges']['id']}", status=204)
    assert set(api.streams(made["id"])) == {"refunds"}
    api("DELETE", f"/elt_syncs/{made['id']}?removeDataReferences=true", status=204)
    assert api("GET", "/elt_streams")["data"] == []
    api("GET", f"/elt_syncs/{made['id']}", status=404)
    api("DELETE", f"/connections/{made['source_connection_id']}")
    deleted = [(item["kind"], item["name"], item["data_removed"]) for item in api.simulator.state()["deleted"]]
    assert deleted == [
        ("stream", "charges", False),
        ("stream", "refunds", True),
        ("sync", "weld_shop", True),
        ("connection", "Shop", False),
    ]


def test_runs_progress_with_time(api: Api) -> None:
    made = api.sync("stripe", "charges", enabled=True)
    stream = api.streams(made["id"])["charges"]["id"]
    runs = f"/elt_stream_runs?elt_stream_id={stream}"
    (run,) = api("GET", runs)["data"]
    assert run["status"] == "RUNNING"
    assert "finished_at" not in run
    conflict = api("POST", f"/elt_streams/{stream}/request_run", status=409)
    assert conflict["active_run_id"] == run["id"]
    api.simulator.advance(3)
    run = api("GET", f"/elt_stream_runs/{run['id']}")
    assert run["status"] == "COMPLETED"
    assert run["finished_at"] > run["started_at"]
    assert run["rows_synced"] > 0
    url = api("POST", f"/elt_streams/{stream}/request_run")["status_url"]
    (asked,) = api("GET", url)["data"]
    assert asked["status"] == "RUNNING"
    assert [item["id"] for item in api("GET", runs)["data"]] == [asked["id"], run["id"]]
    assert [item["id"] for item in api("GET", f"{runs}&sort_direction=asc")["data"]] == [run["id"], asked["id"]]
    first = api("GET", f"{runs}&limit=1")
    assert first["has_more"]
    assert api("GET", f"{runs}&limit=1&starting_after={first['next_cursor']}")["data"][0]["id"] == run["id"]
    api("GET", f"{runs}&starting_after=nonsense", status=400)
    state = api("GET", f"/elt_syncs/{made['id']}/status")
    (shown,) = state["source_streams"]
    assert shown["active_sync"]["operation_mode"] == "INCREMENTAL"
    assert shown["latest_sync"]["full_sync_trigger"] == "INITIAL_SYNC"
    api.simulator.patch_run(asked["id"], error_message="Connection timeout")
    api.simulator.advance(3)
    assert api("GET", f"/elt_stream_runs/{asked['id']}")["status"] == "FAILED"
    api.simulator.advance(100 * 24 * 3600)
    assert api("GET", runs)["data"] == []
    foreign = run["id"][:-4] + "AAAA"
    api("GET", f"/elt_stream_runs/{foreign}", status=400)


def test_a_run_needs_an_enabled_sync(api: Api) -> None:
    made = api.sync("stripe", "charges")
    stream = api.streams(made["id"])["charges"]["id"]
    for act in ("request_run", "request_full_refresh"):
        assert api("POST", f"/elt_streams/{stream}/{act}", status=400)["error_code"] == "sync_not_running"
    assert api("GET", f"/elt_stream_runs?elt_stream_id={stream}")["data"] == []


def test_a_new_stream_of_an_enabled_sync_runs(api: Api) -> None:
    made = api.sync("stripe", enabled=True)
    api.upsert(made["id"], "charges")
    assert "active_sync" in api("GET", f"/elt_syncs/{made['id']}/status")["source_streams"][0]


def test_a_full_refresh_is_the_next_run(api: Api) -> None:
    made = api.sync("stripe", "charges", enabled=True)
    stream = api.streams(made["id"])["charges"]["id"]

    def marks() -> tuple[Any, ...]:
        (row,) = api.simulator.state()["streams"]
        return row["refresh_requested"], row["reset_history"], row["history_resets"]

    api.simulator.advance(3)
    api("POST", f"/elt_streams/{stream}/request_full_refresh", {"reset_history_table": True}, status=204)
    assert marks() == (True, True, 0)
    api("POST", f"/elt_streams/{stream}/cancel_full_refresh", status=204)
    assert marks() == (False, False, 0)
    api("POST", f"/elt_streams/{stream}/request_full_refresh", {"reset_history_table": True}, status=204)
    api("POST", f"/elt_streams/{stream}/request_full_refresh", status=204)
    api("POST", f"/elt_streams/{stream}/request_run")
    assert marks() == (False, False, 1)
    assert api.simulator.state()["runs"][-1]["full_sync_trigger"] == "USER"


def test_integrations_are_listed_and_filtered_by_ability(api: Api) -> None:
    found = {item["id"]: item for item in api("GET", "/integrations")["data"]}
    assert len(found) >= 25
    assert {"stripe", "salesforce", "xAds", "google-drive", "excel", "postgres", "load-test"} <= set(found)
    assert "databricks" not in found
    assert {item["supports_start_date"] for item in found.values()} == {True, False}
    assert found["amazon-ads"]["min_required_plan"] == "BUSINESS"
    assert found == {item["id"]: item for item in api("GET", "/integrations?ability=EltSource")["data"]}
    other = {item["id"] for item in api("GET", "/integrations?ability=ReverseEtlDestination")["data"]}
    assert "slack" in other - set(found)


@pytest.mark.parametrize("integration_id", sorted(INTEGRATIONS))
def test_every_integration_can_be_used(api: Api, integration_id: str) -> None:
    """Streams have unique names and refer to existing ones; settings are a schema, or empty."""
    integration = INTEGRATIONS[integration_id]
    names = [stream.name for stream in integration.streams]
    assert len(set(names)) == len(names)
    assert {stream.in_favor_of for stream in integration.streams} - {None} <= set(names)
    connection = api.simulator.create_connection(integration_id, "x")
    schema = api("GET", f"/connections/{connection['id']}/settings")
    if schema:
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
        assert {"title", "type", "properties"} <= set(schema)
        assert set(schema.get("required", ())) <= set(schema["properties"])


def test_available_streams_show_sub_streams_and_retirement(api: Api) -> None:
    made = api.sync()
    found = {item["name"]: item for item in api("GET", f"/elt_syncs/{made['id']}/available_source_streams")["data"]}
    assert found["invoices"]["sub_streams"] == ["invoice_line_items", "invoice_discounts"]
    assert found["charges"]["preselect"]
    assert found["sources"]["retirement_details"] == {"in_favor_of": "payment_methods"}
    assert (found["sources"]["retired"], found["charges"]["retired"]) == (True, False)
    assert not found["early_fraud_warnings"]["is_selectable"]


def test_thousands_of_streams_can_be_listed_and_synced(api: Api) -> None:
    made = api.sync("load-test")
    page = api("GET", f"/elt_syncs/{made['id']}/available_source_streams")
    names = [item["name"] for item in page["data"]]
    assert (names[0], names[-1], len(names)) == ("table_0000", "table_4999", LOAD_TEST_STREAMS)
    answer = api.upsert(made["id"], *names)
    assert len(answer["source_streams"]) == LOAD_TEST_STREAMS
    # A stream in the cache is not returned after a change.
    api.upsert(made["id"], {"name": "table_0042", "full_sync_always": True})
    api.simulator.patch_stream(answer["source_streams"][7]["id"], full_sync_at_midnight=True)
    streams = api.upsert(made["id"])["source_streams"]
    assert [item["name"] for item in streams if item["full_sync_always"]] == ["table_0042"]
    assert [item["name"] for item in streams if item["full_sync_at_midnight"]] == ["table_0007"]
    api("POST", f"/elt_syncs/{made['id']}/enable", status=204)
    assert len(api("GET", f"/elt_syncs/{made['id']}/status")["source_streams"]) == LOAD_TEST_STREAMS
