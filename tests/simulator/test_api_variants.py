"""Every API variant that can be chosen: bridges, connections, streams, lists."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.authorize_page import decide
from weld_pulumi.simulator import READINGS, Simulator

from .api_variants import reading
from .conftest import Api


def test_there_is_a_reading_for_every_row() -> None:
    assert {item.row for item in READINGS} - {None} == set(range(1, 37))
    assert len({item.name for item in READINGS}) == len(READINGS)


def test_an_invalid_reading_is_rejected_with_the_reason() -> None:
    for readings, reason in (
        ({"list_ordre": "newest"}, "no reading 'list_ordre'"),
        ({"list_order": "random"}, "one of newest, oldest"),
        ({"list_lag_seconds": "-1"}, "number"),
        ({"list_lag_seconds": "nan"}, "number"),
    ):
        with pytest.raises(ValueError, match=reason):
            Simulator(readings=readings)


def test_readings_are_set_together_or_not_at_all(api: Api) -> None:
    with pytest.raises(ValueError, match="list_lag_seconds"):
        api.simulator.set_readings({"list_order": "oldest", "list_lag_seconds": "x"})
    assert api.simulator.readings["list_order"] == "newest"


@reading("connections_envelope")
def test_connections_come_in_each_envelope(api: Api, value: str) -> None:
    api.simulator.set_reading("connections_envelope", value)
    api.bridge()
    api.simulator.create_connection("stripe", "Shop")
    for path, count in (("/connections?limit=1", 1), ("/connections", 2), ("/connection_bridges", 1)):
        answer = api("GET", path)
        items = answer if value == "list" else answer["data"]
        assert len(items) == count
        if value != "list":
            assert ("has_more" in answer) == (value == "paged")


@reading("connection_label")
def test_a_connection_has_its_label_in_each_field_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("connection_label", value)
    (found,) = api("GET", "/connections")["data"]
    assert {"label", "name"} & set(found) == {value} - {"absent"}


@reading("connection_integration")
def test_a_connection_has_its_integration_in_each_field_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("connection_integration", value)
    (found,) = api("GET", "/connections")["data"]
    assert {"integration_id", "integrationId"} & set(found) == {value} - {"absent"}


@reading("connection_created_at")
def test_a_connection_has_its_creation_time_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("connection_created_at", value)
    (found,) = api("GET", "/connections")["data"]
    assert ("created_at" in found) == (value == "present")


@reading("bridge_link")
def test_a_bridge_has_its_link_in_each_field_and_form(api: Api, value: str) -> None:
    api.simulator.set_reading("bridge_link", value)
    made = api.bridge()
    (key,) = {"url", "authorize_url"} & set(made)
    assert key == value.removesuffix("_relative")
    assert made[key].startswith("/authorize?" if value.endswith("_relative") else f"{api.simulator.url}/authorize?")
    assert api("GET", "/connection_bridges")["data"] == [made]


@reading("redirect_parameter")
def test_the_redirect_names_the_connection_in_each_spelling(api: Api, value: str) -> None:
    api.simulator.set_reading("redirect_parameter", value)
    target = decide(api.bridge(state="s")["authorize_url"], "authorize").headers["location"]
    assert set(parse_qs(urlsplit(target).query)) == {value, "state"}


@reading("used_bridge_listed")
def test_a_used_bridge_stays_listed_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("used_bridge_listed", value)
    made = api.bridge()
    api.simulator.authorize(made["id"])
    assert api("GET", "/connection_bridges")["data"] == ([made] if value == "listed" else [])
    api.simulator.advance(25 * 3600)
    assert api("GET", "/connection_bridges")["data"] == []


@reading("reauthorize_renames")
def test_a_renewed_authorization_renames_the_connection_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("reauthorize_renames", value)
    connection = api.simulator.create_connection("stripe", "Old")
    api.simulator.authorize(api.bridge(label="New", connection_id=connection["id"])["id"])
    assert api("GET", "/connections")["data"][0]["label"] == ("New" if value == "yes" else "Old")


@reading("enable_empty")
def test_enabling_an_empty_sync_is_accepted_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("enable_empty", value)
    made = api.sync()
    path = f"/elt_syncs/{made['id']}"
    api("POST", f"{path}/enable", status=int(value))
    assert api("GET", path)["enabled"] == (value == "204")
    api.upsert(made["id"], "charges")
    api("POST", f"{path}/enable", status=204)
    assert api("GET", path)["enabled"]


@reading("enable_again")
def test_enabling_an_enabled_sync_is_accepted_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("enable_again", value)
    made = api.sync("stripe", "charges", enabled=True)
    path = f"/elt_syncs/{made['id']}"
    api("POST", f"{path}/enable", status=int(value))
    assert api("GET", path)["enabled"]
    api("POST", f"{path}/disable", status=204)
    api("POST", f"{path}/disable", status=int(value))
    assert not api("GET", path)["enabled"]


@reading("new_sync_enabled")
def test_a_new_sync_is_enabled_or_not(api: Api, value: str) -> None:
    api.simulator.set_reading("new_sync_enabled", value)
    made = api.sync("stripe", "charges")
    assert (made["enabled"], made["status"]) == ((True, "RUNNING") if value == "yes" else (False, "NOT_STARTED"))
    (shown,) = api("GET", f"/elt_syncs/{made['id']}/status")["source_streams"]
    assert ("active_sync" in shown) == (value == "yes")


@reading("delete_enabled_sync")
def test_deleting_an_enabled_sync_is_accepted_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("delete_enabled_sync", value)
    made = api.sync("stripe", "charges", enabled=True)
    path = f"/elt_syncs/{made['id']}"
    api("DELETE", path, status=int(value))
    if value == "400":
        assert set(api.streams(made["id"])) == {"charges"}
        api("POST", f"{path}/disable", status=204)
        api("DELETE", path, status=204)
    api("GET", path, status=404)


@reading("delete_gone")
def test_deleting_an_object_that_is_gone_is_accepted_or_rejected(api: Api, value: str) -> None:
    api.simulator.set_reading("delete_gone", value)
    for kind in ("connections", "elt_syncs", "elt_streams"):
        api("DELETE", f"/{kind}/nowhere", status=int(value))
    api("DELETE", "/elt_syncs/nowhere/orchestration", status=404)


@reading("delete_connection_with_syncs")
def test_a_connection_with_syncs_is_deleted_with_or_without_them_or_not_at_all(api: Api, value: str) -> None:
    api.simulator.set_reading("delete_connection_with_syncs", value)
    made = api.sync("stripe", "charges")
    path = f"/connections/{made['source_connection_id']}"
    api("DELETE", path, status=400 if value == "400" else 200)
    assert len(api("GET", "/connections")["data"]) == (2 if value == "400" else 1)
    api("GET", f"/elt_syncs/{made['id']}", status=404 if value == "removes_syncs" else 200)
    assert bool(api("GET", "/elt_streams")["data"]) == (value != "removes_syncs")
    if value == "400":
        api("DELETE", f"/elt_syncs/{made['id']}", status=204)
        api("DELETE", path, status=200)


@reading("delete_connection_answer")
def test_a_deleted_connection_is_answered_with_each_status(api: Api, value: str) -> None:
    api.simulator.set_reading("delete_connection_answer", value)
    connection = api.simulator.create_connection("stripe", "Shop")
    api("DELETE", f"/connections/{connection['id']}", status=int(value))


@reading("upsert_missing_fields")
def test_an_upsert_keeps_or_resets_the_fields_that_it_leaves_out(api: Api, value: str) -> None:
    api.simulator.set_reading("upsert_missing_fields", value)
    full = {"name": "customers", "full_sync_always": True, "enabled_history_table": True, "hashed_columns": ["email"]}
    made = api.sync("stripe", full)
    api.upsert(made["id"], "customers")
    stream = api.streams(made["id"])["customers"]
    kept = value == "kept"
    assert (stream["full_sync_always"], stream["enabled_history_table"]) == (kept, kept)
    assert api.simulator.state()["streams"][0]["hashed_columns"] == (["email"] if kept else None)


@reading("upsert_answer")
def test_an_upsert_returns_all_sent_new_or_no_streams(api: Api, value: str) -> None:
    api.simulator.set_reading("upsert_answer", value)
    made = api.sync("stripe", "charges", "customers")
    answer = api.upsert(made["id"], "customers", "refunds")["source_streams"]
    wanted = {
        "all": ["charges", "customers", "refunds"],
        "sent": ["customers", "refunds"],
        "new": ["refunds"],
        "empty": [],
    }
    assert [item["name"] for item in answer] == wanted[value]
    streams = api.streams(made["id"])
    assert answer == [streams[item["name"]] for item in answer]


@reading("available_paged")
def test_available_streams_come_in_pages_or_all_at_once(api: Api, value: str) -> None:
    api.simulator.set_reading("available_paged", value)
    path = f"/elt_syncs/{api.sync()['id']}/available_source_streams"
    assert pages(api, path, value) > 30


@reading("integrations_paged")
def test_integrations_come_in_pages_or_all_at_once(api: Api, value: str) -> None:
    api.simulator.set_reading("integrations_paged", value)
    assert pages(api, "/integrations", value) >= 25


def pages(api: Api, path: str, value: str) -> int:
    page = api("GET", path)
    names = [item["name"] for item in page["data"]]
    if value == "no":
        api("GET", f"{path}?starting_after=x", status=400)
        assert not page["has_more"]
    else:
        assert len(names) == 10
        while page["has_more"]:
            page = api("GET", path, params={"starting_after": page["next_cursor"], "limit": 20})
            names += [item["name"] for item in page["data"]]
        api("GET", f"{path}?starting_after=x", status=400)
    assert len(set(names)) == len(names)
    return len(names)


@reading("paging_fields")
def test_pages_spell_their_fields_in_each_way(api: Api, value: str) -> None:
    api.simulator.set_reading("paging_fields", value)
    page = api("GET", "/orchestrations?limit=1")
    assert set(page) - {"data"} == ({"has_more", "next_cursor"} if value == "snake" else {"hasMore", "nextCursor"})


@reading("list_order")
def test_lists_begin_with_the_newest_or_the_oldest(api: Api, value: str) -> None:
    api.simulator.set_reading("list_order", value)
    made = api.sync("stripe", "charges", "customers")
    found = api("GET", f"/elt_streams?elt_sync_id={made['id']}&limit=1")
    rest = api("GET", f"/elt_streams?elt_sync_id={made['id']}&starting_after={found['next_cursor']}")
    names = [item["name"] for item in (*found["data"], *rest["data"])]
    assert names == (["customers", "charges"] if value == "newest" else ["charges", "customers"])
    first, second = api.bridge(), api.bridge()
    listed = api("GET", "/connection_bridges")["data"]
    assert listed == ([second, first] if value == "newest" else [first, second])
