"""Requests that the contract does not allow are rejected, and the error names what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from weld_pulumi.simulator import openapi_document

from .conftest import Api

BRIDGE = {"integration_id": "stripe", "label": "Shop", "redirect_uri": "https://example.com/back"}
OPERATIONS = [
    (method.upper(), path) for path, operations in openapi_document()["paths"].items() for method in operations
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("key", [None, "", "wrong", "weld-simulator-ke", "weld-simulator-key1"])
def test_no_operation_works_without_the_key(api: Api, method: str, path: str, key: str | None) -> None:
    headers = {} if key is None else {"x-api-key": key}
    answer = requests.request(method, api.simulator.url + path, headers=headers, timeout=5)
    assert answer.status_code == 401
    assert set(answer.json()) == {"error_code", "message"}
    logged = api.simulator.requests()[-1]
    assert (logged.key_ok, logged.key) == (False, "missing" if key is None else "wrong")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_no_operation_takes_an_unknown_query(api: Api, method: str, path: str) -> None:
    error = api(method, f"{path}?surprise=1", {} if "body" in path else None, status=400)
    assert "surprise" in error["message"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"label": None}, "label"),
        ({"label": ""}, "label"),
        ({"label": 1}, "label"),
        ({"state": "x" * 256}, "state"),
        ({"connection_id": None}, "connection_id"),
        ({"connection_id": "nowhere"}, "connection_id"),
        ({"integration_id": "strype"}, "integration_id"),
        ({"surprise": 1}, "surprise"),
        ({"redirect_uri": "http://example.com/back"}, "redirect_uri"),
        ({"redirect_uri": "https://example.com:8443/back"}, "redirect_uri"),
        ({"redirect_uri": "https://example.com/back?a=1"}, "redirect_uri"),
        ({"redirect_uri": "http://localhost:9000/back?a=1"}, "redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1:9000/back"}, "redirect_uri"),
        ({"redirect_uri": "https://127.0.0.1:9000/back"}, "redirect_uri"),
        ({"redirect_uri": "ftp://localhost/back"}, "redirect_uri"),
        ({"redirect_uri": "https://exa mple.com/"}, "redirect_uri"),
        ({"redirect_uri": "localhost"}, "redirect_uri"),
        ({"redirect_uri": "https://example.com:port/"}, "redirect_uri"),
    ],
)
def test_a_bridge_with_a_wrong_field_is_rejected(api: Api, fields: dict[str, Any], named: str) -> None:
    assert named in api("POST", "/connection_bridges", {**BRIDGE, **fields}, status=400)["message"]


@pytest.mark.parametrize("missing", ["integration_id", "label", "redirect_uri"])
def test_a_bridge_needs_its_fields(api: Api, missing: str) -> None:
    body = {key: value for key, value in BRIDGE.items() if key != missing}
    assert missing in api("POST", "/connection_bridges", body, status=400)["message"]


@pytest.mark.parametrize(
    "uri",
    ["https://example.com", "http://localhost:1234/x", "http://localhost", "https://localhost:1/", "https://[::1]/"],
)
def test_a_bridge_may_redirect_to_these_addresses(api: Api, uri: str) -> None:
    api.bridge(redirect_uri=uri, state="x" * 255)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"connection_id": "nowhere"}, "connection_id"),
        ({"sync_interval": "hourly"}, "sync_interval"),
        ({"sync_interval": "0 0 * *"}, "sync_interval"),
        ({"sync_interval": "61 0 * * *"}, "sync_interval"),
        ({"sync_interval": "* * * * * *"}, "sync_interval"),
        ({"start_date": "2024-02-30"}, "start_date"),
        ({"start_date": "yesterday"}, "start_date"),
        ({"start_date": None}, "start_date"),
        ({"elt_settings": None}, "elt_settings"),
        ({"elt_settings": []}, "elt_settings"),
        ({"elt_settings": {"account": 1}}, "elt_settings.account"),
        ({"destination_schema_name": " "}, "destination_schema_name"),
        ({"destination_connection_id": "x"}, "destination_connection_id"),
        ({"enabled": True}, "enabled"),
    ],
)
def test_a_sync_with_a_wrong_field_is_rejected(api: Api, fields: dict[str, Any], named: str) -> None:
    source = api.simulator.create_connection("stripe", "Shop")
    body = {"connection_id": source["id"], "destination_schema_name": "x", "sync_interval": "0 0 * * *", **fields}
    assert named in api("POST", "/elt_syncs", body, status=400)["message"]
    assert api("GET", "/elt_syncs")["data"] == []


def test_a_sync_needs_the_settings_that_are_required(api: Api) -> None:
    source = api.simulator.create_connection("google-ads", "Ads")
    body = {"connection_id": source["id"], "destination_schema_name": "x", "sync_interval": "0 0 * * *"}
    assert "ad_accounts" in api("POST", "/elt_syncs", body, status=400)["message"]
    made = api("POST", "/elt_syncs", {**body, "elt_settings": {"ad_accounts": ["1234567890"]}}, status=201)
    assert "ad_accounts" in api("POST", f"/elt_syncs/{made['id']}", {"elt_settings": {}}, status=400)["message"]


def test_a_destination_is_not_a_source(api: Api) -> None:
    destination = api("GET", "/connections")["data"][0]
    body = {"connection_id": destination["id"], "destination_schema_name": "x", "sync_interval": "0 0 * * *"}
    assert "connection_id" in api("POST", "/elt_syncs", body, status=400)["message"]


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({}, "source_streams.0.name"),
        ({"name": "charges", "full_sync_always": "true"}, "source_streams.0.full_sync_always"),
        ({"name": "charges", "full_sync_always": 1}, "source_streams.0.full_sync_always"),
        ({"name": "charges", "enabled_history_table": None}, "source_streams.0.enabled_history_table"),
        ({"name": "charges", "incremental_pointer_id": None}, "source_streams.0.incremental_pointer_id"),
        ({"name": "charges", "hashed_columns": "email"}, "source_streams.0.hashed_columns"),
        ({"name": "charges", "hashed_columns": [1]}, "source_streams.0.hashed_columns.0"),
        ({"name": "charges", "incremental_primary_key_name": ["id"]}, "incremental_primary_key_name"),
        ({"name": "charges", "excluded_substreams": ["x"]}, "source_streams.0"),
        ({"name": "orders"}, "retired"),
        ({"name": "early_fraud_warnings"}, "selected"),
        ({"name": "Charges"}, "Charges"),
    ],
)
def test_an_invalid_stream_is_rejected_with_all_others(api: Api, entry: dict[str, Any], named: str) -> None:
    made = api.sync()
    error = api.upsert(made["id"], entry, {"name": "customers"}, status=400)
    assert named in error["message"]
    assert api.streams(made["id"]) == {}


def test_a_stream_that_occurs_twice_in_one_request_is_rejected(api: Api) -> None:
    assert "charges" in api.upsert(api.sync()["id"], "charges", "charges", status=400)["message"]


def test_an_upsert_without_streams_is_accepted(api: Api) -> None:
    made = api.sync("stripe", "charges")
    nothing: dict[str, Any] = {"source_streams": []}
    for body in ({}, nothing):
        assert len(api("POST", f"/elt_syncs/{made['id']}/source_streams", body, status=201)["source_streams"]) == 1


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1.0", "+5", " 5", "1_0", "", "5&limit=5", "9" * 30])
@pytest.mark.parametrize("path", ["/connections", "/elt_syncs", "/elt_streams", "/orchestrations"])
def test_limits_are_from_1_to_100(api: Api, path: str, limit: str) -> None:
    assert "limit" in api("GET", f"{path}?limit={limit}", status=400)["message"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/integrations?ability=eltsource", "ability"),
        ("/integrations?limit=10", "limit"),
        ("/elt_stream_runs", "elt_stream_id"),
        ("/elt_stream_runs?elt_stream_id=x&sort_direction=up", "sort_direction"),
        ("/elt_syncs?starting_after=nowhere", "starting_after"),
        ("/orchestrations?starting_after=", "starting_after"),
    ],
)
def test_wrong_queries_are_rejected(api: Api, path: str, named: str) -> None:
    assert named in api("GET", path, status=400)["message"]


@pytest.mark.parametrize("value", ["True", "1", "yes", ""])
def test_remove_data_references_is_spelled_out(api: Api, value: str) -> None:
    made = api.sync()
    path = f"/elt_syncs/{made['id']}?removeDataReferences={value}"
    assert "removeDataReferences" in api("DELETE", path, status=400)["message"]
    api("GET", f"/elt_syncs/{made['id']}")


@pytest.mark.parametrize(
    "raw",
    [b"", b"null", b"[]", b'"x"', b"{", b'{"label": NaN}', b'{"label": "\\ud800"}', b"{" * 5000, b"\xff", b"1e999"],
)
def test_bodies_that_are_not_json_objects_are_rejected(api: Api, raw: bytes) -> None:
    answer = api.ask("POST", "/connection_bridges", data=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert set(answer.json()) == {"error_code", "message"}


@pytest.mark.parametrize("depth", [50, 150, 250, 500, 900, 5000])
def test_deep_settings_are_accepted_or_rejected(api: Api, depth: int) -> None:
    made = api.sync()
    raw = '{"elt_settings": {"account": "x", "deep": ' + "[" * depth + "]" * depth + "}}"
    options: dict[str, Any] = {"data": raw, "headers": {"content-type": "application/json"}}
    assert api.ask("POST", f"/elt_syncs/{made['id']}", **options).status_code in (200, 400)
    api("GET", f"/elt_syncs/{made['id']}")


def test_a_body_that_is_not_declared_as_json_is_rejected(api: Api) -> None:
    for headers in ({"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}, {}):
        answer = api.ask("POST", "/connection_bridges", data=json.dumps(BRIDGE).encode(), headers=headers)
        assert answer.status_code == 400
        assert "content-type" in answer.json()["message"]


def test_a_body_where_none_is_expected_is_rejected(api: Api) -> None:
    made = api.sync("stripe", "charges")
    path = f"/elt_syncs/{made['id']}/enable"
    api("POST", path, {"enabled": True}, status=400)
    # Weld's own client sends the header without a body; an empty object is accepted too.
    assert api.ask("POST", path, headers={"content-type": "application/json"}).status_code == 204
    api("POST", path, {}, status=204)


def test_a_full_refresh_may_have_a_body(api: Api) -> None:
    made = api.sync("stripe", "charges", enabled=True)
    path = f"/elt_streams/{api.streams(made['id'])['charges']['id']}/request_full_refresh"
    api("POST", path, status=204)
    api("POST", path, {}, status=204)
    api("POST", path, {"reset_history_table": True}, status=204)
    for body in ({"reset_history_table": "true"}, {"reset_history_table": None}, {"surprise": 1}):
        api("POST", path, body, status=400)
    assert api.ask("POST", path, data=b"null", headers={"content-type": "application/json"}).status_code == 400


def test_unknown_paths_and_ids_are_rejected(api: Api) -> None:
    api("GET", "/connections/x", status=405)
    api("GET", "/nowhere", status=404)
    api("PUT", "/elt_syncs/x", {}, status=405)
    api("GET", "/elt_syncs/", status=404)
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/disable"), ("GET", "/status")):
        api(method, f"/elt_syncs/nowhere{path}", status=404)
    api("POST", "/elt_syncs/nowhere", {}, status=404)
    api("POST", "/elt_syncs/nowhere/source_streams", {}, status=404)
    api("GET", "/elt_syncs/nowhere/available_source_streams", status=404)
    api("GET", "/connections/nowhere/settings", status=404)
    api("DELETE", "/connections/nowhere", status=404)
    api("GET", "/elt_streams/nowhere", status=404)
    api("DELETE", "/elt_streams/nowhere", status=404)
    for act in ("request_run", "request_full_refresh", "cancel_full_refresh"):
        api("POST", f"/elt_streams/nowhere/{act}", status=404)
    api("GET", "/elt_stream_runs?elt_stream_id=nowhere", status=404)
    api("GET", "/elt_stream_runs/nowhere", status=400)
    api("GET", "/orchestrations/nowhere", status=404)
    api("POST", "/orchestrations/nowhere/request_run", status=404)
    assert api("GET", "/elt_streams?elt_sync_id=nowhere")["data"] == []
    assert api("GET", "/elt_syncs?connection_id=nowhere")["data"] == []
