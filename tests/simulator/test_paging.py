"""Lists come in pages that hold each object once, whatever happens between two of them."""

from __future__ import annotations

import pytest

from weld_pulumi.simulator.catalogue import INTEGRATIONS

from .conftest import Api

# In the catalogue's order, which is the order in which they are added.
TABLES = [stream.name for stream in INTEGRATIONS["postgres"].streams if stream.selectable][:23]


def names(api: Api, path: str, *, limit: int | None = None, key: str = "name") -> list[list[str]]:
    pages, cursor = [], None
    while True:
        query = {"limit": limit, "starting_after": cursor}
        page = api("GET", path, params={name: value for name, value in query.items() if value is not None})
        pages.append([item[key] for item in page["data"]])
        assert page["has_more"] == ("next_cursor" in page)
        if not page["has_more"]:
            return pages
        cursor = page["next_cursor"]


def test_a_page_holds_ten_objects_unless_said_otherwise(api: Api) -> None:
    made = api.sync("postgres", *TABLES)
    path = f"/elt_streams?elt_sync_id={made['id']}"
    newest_first = TABLES[::-1]
    assert names(api, path) == [newest_first[:10], newest_first[10:20], newest_first[20:]]
    assert names(api, path, limit=100) == [newest_first]
    assert names(api, path, limit=23) == [newest_first]
    assert [len(page) for page in names(api, path, limit=1)] == [1] * 23


def test_a_page_goes_on_where_the_last_one_ended(api: Api) -> None:
    made = api.sync("stripe", "charges", "customers", "refunds", "payouts")
    path = f"/elt_streams?elt_sync_id={made['id']}"
    first = api("GET", f"{path}&limit=2")
    assert [item["name"] for item in first["data"]] == ["payouts", "refunds"]
    # The last one of the page goes, and a new one comes: neither moves what is still to come.
    api("DELETE", f"/elt_streams/{first['data'][-1]['id']}", status=204)
    api.upsert(made["id"], "disputes")
    rest = api("GET", f"{path}&limit=2&starting_after={first['next_cursor']}")
    assert [item["name"] for item in rest["data"]] == ["customers", "charges"]
    assert not rest["has_more"]


def test_the_last_id_is_a_cursor_too(api: Api) -> None:
    made = api.sync("stripe", "charges", "customers", "refunds")
    path = f"/elt_streams?elt_sync_id={made['id']}"
    last = api("GET", f"{path}&limit=1")["data"][0]["id"]
    assert [item["name"] for item in api("GET", f"{path}&starting_after={last}")["data"]] == ["customers", "charges"]


def test_a_cursor_belongs_to_its_list(api: Api) -> None:
    by_name = api("GET", "/orchestrations?limit=1")["next_cursor"]
    api("GET", f"/elt_syncs?starting_after={by_name}", status=400)


def test_orchestrations_are_listed_by_name(api: Api) -> None:
    api.simulator.create_orchestration("Evening")
    assert names(api, "/orchestrations", limit=2) == [["Daily refresh", "Evening"], ["Hourly marketing", "Month end"]]


@pytest.mark.parametrize(("path", "filter_name"), [("/elt_syncs", "connection_id"), ("/elt_streams", "elt_sync_id")])
def test_lists_are_filtered_by_what_their_objects_belong_to(api: Api, path: str, filter_name: str) -> None:
    one, other = api.sync("stripe", "charges"), api.sync("stripe", "refunds")
    wanted = one["source_connection_id" if filter_name == "connection_id" else "id"]
    (found,) = api("GET", f"{path}?{filter_name}={wanted}")["data"]
    assert found.get("elt_sync_id", found["id"]) == one["id"] != other["id"]
    assert len(api("GET", path)["data"]) == 2
