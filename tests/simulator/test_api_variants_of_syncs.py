"""Every API variant that can be chosen: syncs, errors, limits, and values that were omitted."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from weld_pulumi.simulator import READINGS, openapi_document
from weld_pulumi.simulator.testing.response_variants import normalized_interval

from .api_variants import reading, readings_with_tests
from .conftest import Api


def test_every_reading_has_a_test() -> None:
    assert {item.name for item in READINGS} - readings_with_tests() == {
        # Tested below with numbers, which are no list of values.
        "rate_limit_every",
        "rate_limit_seconds",
        "max_syncs_per_connection",
        "max_streams_per_upsert",
        "list_lag_seconds",
    }


def first_status(api: Api, method: str, path: str, body: Any = None) -> int:
    return api.ask(method, path, json=body).status_code


@reading("settings_update")
def test_an_update_replaces_or_merges_settings(api: Api, value: str) -> None:
    api.simulator.set_reading("settings_update", value)
    made = api.sync("shopify", elt_settings={"include_deleted": True, "tax_included": False})
    changed = api("POST", f"/elt_syncs/{made['id']}", {"elt_settings": {"include_deleted": False}})
    kept = {"tax_included": False} if value == "merged" else {}
    assert changed["config"]["sourceSettings"] == {"include_deleted": False, **kept}


@reading("settings_read")
def test_a_sync_has_its_settings_in_each_field_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("settings_read", value)
    settings = {"account": "acct_1"}
    made = api.sync(elt_settings=settings)
    found = {key: made[key] for key in ("config", "elt_settings") if key in made}
    wanted = {"config": {"config": {"sourceSettings": settings}}, "elt_settings": {"elt_settings": settings}}
    assert found == wanted.get(value, {})


@reading("sync_interval_read")
def test_a_sync_has_its_interval_in_each_form(api: Api, value: str) -> None:
    api.simulator.set_reading("sync_interval_read", value)
    sent = "00  */6 * jan-MAR */1"
    made = api.sync(sync_interval=sent)
    assert made["sync_interval"] == ("0 */6 * 1-3 *" if value == "normalized" else sent)
    workflow = {"orchestration_workflow_id": api("GET", "/orchestrations")["data"][0]["id"]}
    attached = api("POST", f"/elt_syncs/{made['id']}/orchestration", workflow)
    assert ("sync_interval" in attached) == (value != "absent_in_orchestration")


@pytest.mark.parametrize(
    ("sent", "plain"),
    [
        ("0 0 * * *", "0 0 * * *"),
        ("*/1 */01 * * MON,wed", "* * * * 1,3"),
        ("0 06,18 1 Dec *", "0 6,18 1 12 *"),
        ("*/10 0-5 * * 0", "*/10 0-5 * * 0"),
    ],
)
def test_an_interval_is_normalized_to_plain_numbers(sent: str, plain: str) -> None:
    assert normalized_interval(sent) == plain


@reading("start_date_read")
def test_a_sync_has_its_start_date_in_each_form(api: Api, value: str) -> None:
    api.simulator.set_reading("start_date_read", value)
    made = api.sync(start_date="2024-01-31")
    wanted = {
        "date": {"start_date": "2024-01-31"},
        "timestamp": {"start_date": "2024-01-31T00:00:00.000Z"},
        "null": {"start_date": None},
    }
    assert {key: made[key] for key in ("start_date",) if key in made} == wanted.get(value, {})


@reading("enabled_field")
def test_a_sync_shows_in_each_field_whether_it_is_enabled(api: Api, value: str) -> None:
    api.simulator.set_reading("enabled_field", value)
    made = api.sync("stripe", "charges", enabled=True)
    found = api("GET", f"/elt_syncs/{made['id']}")
    assert {key: found[key] for key in ("enabled", "active") if key in found} == (
        {} if value == "status" else {value: True}
    )
    assert found["status"] == "RUNNING"


@reading("sync_streams_read")
def test_a_sync_contains_its_streams_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("sync_streams_read", value)
    made = api.sync("stripe", "charges")
    for found in (api("GET", f"/elt_syncs/{made['id']}"), api("GET", "/elt_syncs")["data"][0]):
        assert found.get("source_streams") == (list(api.streams(made["id"]).values()) if value == "present" else None)


@reading("refused_key")
def test_a_rejected_key_gets_each_status_and_body(api: Api, value: str) -> None:
    api.simulator.set_reading("refused_key", value)
    for headers in ({}, {"x-api-key": "wrong"}):
        answer = requests.get(f"{api.simulator.url}/elt_syncs", headers=headers, timeout=5)
        assert answer.status_code == int(value[:3])
        assert bool(answer.content) == (value != "401_empty")
        assert ("html" in answer.headers.get("content-type", "")) == (value == "403_html")


@reading("error_body")
def test_an_error_has_each_shape_of_body(api: Api, value: str) -> None:
    api.simulator.set_reading("error_body", value)
    bad = {"label": 1, "redirect_uri": "https://example.com", "integration_id": 2}
    for status, answer in (
        (404, api.ask("GET", "/elt_syncs/x<b>")),
        (400, api.ask("POST", "/connection_bridges", json=bad)),
        (401, requests.get(f"{api.simulator.url}/elt_syncs", timeout=5)),
        (405, api.ask("PUT", "/elt_syncs")),
    ):
        assert answer.status_code == status
        check_error(value, status, answer)


def check_error(value: str, status: int, answer: requests.Response) -> None:
    if value == "empty":
        assert answer.content == b""
    elif value == "html":
        assert answer.headers["content-type"].startswith("text/html")
        assert f"<h1>{status} " in answer.text
        assert "x<b>" not in answer.text
    elif value == "error_code":
        assert set(answer.json()) == {"error_code", "message"}
    elif value == "details":
        assert set(answer.json()) == {"details"}
    else:
        body = answer.json()
        assert set(body) == {"statusCode", "message", "error"}
        assert body["statusCode"] == status
        assert isinstance(body["message"], list if value == "nest_list" else str)
        assert value != "nest_list" or len(body["message"]) == (2 if status == 400 else 1)


@reading("rate_limit")
def test_a_rate_limit_has_each_form_of_retry_after(api: Api, value: str) -> None:
    api.simulator.set_readings({"rate_limit": value, "rate_limit_every": 3, "rate_limit_seconds": 2})
    began = time.time()
    answers = [api.ask("GET", "/elt_syncs") for _ in range(7)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == ([200] * 7 if value == "none" else [200, 200, 429, 200, 200, 429, 200])
    shown = answers[2].headers.get("retry-after")
    if value == "seconds":
        assert shown == "2"
    elif value == "date":
        assert shown is not None
        assert began < parsedate_to_datetime(shown).timestamp() < time.time() + 4
    else:
        assert shown is None


def test_a_limited_request_does_nothing(api: Api) -> None:
    api.simulator.set_readings({"rate_limit": "bare", "rate_limit_every": 1})
    assert first_status(api, "POST", "/connection_bridges", {"nonsense": 1}) == 429
    assert api.simulator.state()["bridges"] == []


@reading("unknown_stream")
def test_an_unknown_stream_is_accepted_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("unknown_stream", value)
    made = api.sync()
    api.upsert(made["id"], "chrages", status=201 if value == "accepted" else 400)
    assert set(api.streams(made["id"])) == ({"chrages"} if value == "accepted" else set())


@reading("columns_read")
def test_a_stream_contains_its_columns_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("columns_read", value)
    made = api.sync("stripe", {"name": "customers", "hashed_columns": ["email"]})
    stream = api.streams(made["id"])["customers"]
    found = {key: stream[key] for key in ("excluded_columns", "hashed_columns") if key in stream}
    assert found == ({"excluded_columns": [], "hashed_columns": ["email"]} if value == "present" else {})


@reading("duplicate_sync")
def test_a_second_sync_into_a_schema_is_created_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("duplicate_sync", value)
    made = api.sync()
    body = {
        "connection_id": made["source_connection_id"],
        "destination_schema_name": "WELD_shop",
        "sync_interval": "0 0 * * *",
    }
    api("POST", "/elt_syncs", body, status=409 if value == "refused" else 201)
    api("POST", "/elt_syncs", {**body, "destination_schema_name": "other"}, status=201)


def test_a_sync_beyond_the_quota_of_its_connection_is_rejected(api: Api) -> None:
    api.simulator.set_reading("max_syncs_per_connection", 1)
    made = api.sync()
    body = {
        "connection_id": made["source_connection_id"],
        "destination_schema_name": "other",
        "sync_interval": "0 0 * * *",
    }
    api("POST", "/elt_syncs", body, status=409)
    api.sync()


@reading("absent_optional")
def test_an_optional_field_without_a_value_is_absent_or_null(api: Api, value: str) -> None:
    api.simulator.set_reading("absent_optional", value)
    made = api.sync("stripe", "charges", enabled=True)
    stream = api.streams(made["id"])["charges"]
    run = api("GET", f"/elt_stream_runs?elt_stream_id={stream['id']}")["data"][0]
    page = api("GET", "/elt_syncs")
    for found, key in (
        (made, "orchestration_workflow_id"),
        (made, "start_date"),
        (made, "source_streams"),
        (stream, "incremental_pointer_id"),
        (run, "finished_at"),
        (page, "next_cursor"),
    ):
        assert found.get(key, "absent") == (None if value == "null" else "absent")


@reading("optional_fields")
@pytest.mark.parametrize("absent", ["absent", "null"])
def test_optional_fields_are_reported_or_left_out(api: Api, value: str, absent: str) -> None:
    api.simulator.set_readings({"optional_fields": value, "absent_optional": absent, "sync_streams_read": "present"})
    made = api.sync("salesforce", "accounts", enabled=True, start_date="2024-01-01")
    workflow = api("GET", "/orchestrations")["data"][0]
    attached = {"orchestration_workflow_id": workflow["id"]}
    path = f"/elt_syncs/{made['id']}"
    stream = api("GET", "/elt_streams")["data"][0]
    status = api("GET", f"{path}/status")
    found = {
        "EltSyncDto": [made, api("GET", path), api("GET", "/elt_syncs")["data"][0]],
        "EltStreamDto": [stream, api("GET", f"/elt_streams/{stream['id']}"), *api.upsert(made["id"])["source_streams"]],
        "AvailableStreamDto": api("GET", f"{path}/available_source_streams")["data"],
        "EltStreamRunDto": api("GET", f"/elt_stream_runs?elt_stream_id={stream['id']}")["data"],
        "EltSyncStatusDto": [status],
        "SourceStreamSnapshotStatesDto": status["source_streams"],
        "IntegrationDto": api("GET", "/integrations")["data"],
        "OrchestrationDto": [workflow],
        "OrchestrationRunDto": [api("POST", f"/orchestrations/{workflow['id']}/request_run")],
    }
    found["EltSyncDto"].append(api("POST", f"{path}/orchestration", attached))
    schemas = openapi_document()["components"]["schemas"]
    for name, items in found.items():
        required = set(schemas[name]["required"])
        assert all(required <= set(item) for item in items), name
        shown = {key for item in items for key, given in item.items() if given is not None} - required
        # An orchestration's own description has no optional field.
        optional = set(schemas[name]["properties"]) - required
        assert bool(shown) == (value == "reported" and bool(optional)), name


@reading("extra_fields")
def test_answers_have_extra_fields_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("extra_fields", value)
    made = api.sync("stripe", "charges")
    for found in (
        made,
        api("GET", "/elt_syncs"),
        api("GET", "/connections")["data"][0],
        api.bridge(),
        api.streams(made["id"])["charges"],
        api("GET", f"/elt_syncs/{made['id']}/available_source_streams")["data"][0],
    ):
        assert ("x_revision" in found) == (value == "present")


def test_an_upsert_of_too_many_streams_is_rejected(api: Api) -> None:
    api.simulator.set_reading("max_streams_per_upsert", 2)
    made = api.sync("stripe", "charges", "customers")
    api.upsert(made["id"], "refunds", "payouts", "disputes", status=413)
    assert len(api.streams(made["id"])) == 2


def test_lists_lag_behind_by_some_seconds(api: Api) -> None:
    api.simulator.advance(60)
    api.simulator.set_reading("list_lag_seconds", 5)
    made = api.sync("stripe", "charges")
    api.bridge()
    for path in ("/elt_syncs", "/elt_streams", "/connection_bridges"):
        assert api("GET", path)["data"] == []
    assert len(api("GET", "/connections")["data"]) == 1
    api("GET", f"/elt_syncs/{made['id']}")
    assert len(api.upsert(made["id"])["source_streams"]) == 1
    api.simulator.advance(5)
    for path, count in (("/elt_syncs", 1), ("/elt_streams", 1), ("/connection_bridges", 1), ("/connections", 2)):
        assert len(api("GET", path)["data"]) == count


@reading("fill_in_values")
def test_weld_fills_in_values_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("fill_in_values", value)
    made = api.sync("shopify", "orders", elt_settings={"include_deleted": True})
    filled = value == "filled"
    defaults = {"tax_included": True} if filled else {}
    assert made["config"]["sourceSettings"] == {"include_deleted": True, **defaults}
    assert made.get("start_date") == ("2020-01-01T00:00:00.000Z" if filled else None)
    stream = api.streams(made["id"])["orders"]
    assert stream.get("incremental_pointer_id") == ("updated_at" if filled else None)


@reading("schema_name_case")
def test_a_schema_name_keeps_its_case_or_becomes_lower_case(api: Api, value: str) -> None:
    api.simulator.set_reading("schema_name_case", value)
    made = api.sync(destination_schema_name="Weld_SHOP")
    assert made["destination_schema_name"] == ("weld_shop" if value == "lower" else "Weld_SHOP")


@reading("empty_settings")
def test_empty_settings_are_answered_in_each_form(api: Api, value: str) -> None:
    api.simulator.set_reading("empty_settings", value)
    connection = api.simulator.create_connection("zendesk", "Help")
    answer = api.ask("GET", f"/connections/{connection['id']}/settings")
    assert (answer.status_code, answer.content) == (200, {"object": b"{}", "null": b"null"}.get(value, b""))


@reading("refresh_disabled")
def test_a_full_refresh_of_a_disabled_sync_is_accepted_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("refresh_disabled", value)
    made = api.sync("stripe", "charges")
    stream = api.streams(made["id"])["charges"]["id"]
    api("POST", f"/elt_streams/{stream}/request_full_refresh", status=int(value))
    assert api.simulator.state()["streams"][0]["refresh_requested"] == (value == "204")


@reading("refresh_protected")
def test_a_full_refresh_of_a_protected_stream_is_accepted_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("refresh_protected", value)
    made = api.sync("stripe", {"name": "charges", "protected_from_full_sync": True}, enabled=True)
    stream = api.streams(made["id"])["charges"]["id"]
    api("POST", f"/elt_streams/{stream}/request_full_refresh", status=int(value))
