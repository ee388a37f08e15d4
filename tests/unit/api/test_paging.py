"""Lists in every envelope, read to their end and not further."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.raw_server import RawServer, answer, json_answer
from tests.support.wording import naming
from tests.unit.api.conftest import Connect
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.paging import read_all
from weld_pulumi.errors import LostResponseError, WeldError
from weld_pulumi.simulator import Simulator


def read(*pages: Any, limit: int | None = 100) -> tuple[list[Any], list[dict[str, Any]]]:
    """The items, and the queries that were sent."""
    queries: list[dict[str, Any]] = []
    waiting = list(pages)

    def fetch(query: dict[str, Any]) -> Any:
        queries.append(dict(query))
        return waiting.pop(0)

    return [item.get("id") for item in read_all("/things", fetch, {}, limit)], queries


def ids(*names: str) -> list[dict[str, str]]:
    return [{"id": name} for name in names]


def test_a_list_is_read_in_each_envelope() -> None:
    for body in (
        ids("a", "b"),
        {"data": ids("a", "b")},
        {"data": ids("a", "b"), "has_more": False},
        {"data": ids("a", "b"), "has_more": False, "next_cursor": None},
        {"data": ids("a", "b"), "hasMore": False, "nextCursor": "b"},
        {"data": ids("a", "b"), "has_more": None, "hasMore": False, "next_cursor": "b"},
        {"data": ids("a", "b"), "has_more": False, "next_cursor": "b", "total": 2, "x": {}},
    ):
        assert read(body) == (["a", "b"], [{"limit": 100}])


@pytest.mark.parametrize(
    "more",
    [
        {"has_more": True, "next_cursor": "c1"},
        {"hasMore": True, "nextCursor": "c1"},
        {"has_more": None, "hasMore": True, "next_cursor": None, "nextCursor": "c1"},
        {"next_cursor": "c1"},
    ],
)
def test_the_next_page_is_asked_for_in_each_spelling(more: dict[str, Any]) -> None:
    found, queries = read({"data": ids("a"), **more}, {"data": ids("b"), "has_more": False})
    assert found == ["a", "b"]
    assert queries == [{"limit": 100}, {"limit": 100, "starting_after": "c1"}]


def test_without_a_cursor_the_last_id_is_one() -> None:
    _, queries = read({"data": ids("a", "b"), "has_more": True}, [])
    assert queries[1] == {"limit": 100, "starting_after": "b"}
    _, queries = read({"data": ids("a", "b"), "has_more": True, "next_cursor": ""}, [])
    assert queries[1] == {"limit": 100, "starting_after": "b"}


def test_no_limit_is_sent_where_none_is_declared() -> None:
    _, queries = read({"data": ids("a"), "has_more": True, "next_cursor": "c"}, [], limit=None)
    assert queries == [{}, {"starting_after": "c"}]


def test_a_page_may_be_empty_in_the_middle() -> None:
    assert read({"data": [], "has_more": True, "next_cursor": "c"}, ids("a"))[0] == ["a"]
    assert read({"data": [], "has_more": True})[0] == []


def test_an_item_that_shifts_onto_the_next_page_comes_once() -> None:
    pages = {"data": ids("a", "b"), "has_more": True, "next_cursor": "1"}, {"data": ids("b", "c")}
    assert read(*pages)[0] == ["a", "b", "c"]


def test_items_without_an_id_all_come() -> None:
    assert read([{"name": "x"}, {"name": "x"}, {"id": None}, {"id": {}}, {"id": 1}])[0] == [None, None, None, {}, 1]


def test_a_circle_of_cursors_is_an_error() -> None:
    page = {"data": ids("a"), "has_more": True, "next_cursor": "c"}
    with pytest.raises(LostResponseError, match=naming("/things", "not end")):
        read(page, page, page)


def test_pages_without_end_are_an_error() -> None:
    pages = [{"data": [], "has_more": True, "next_cursor": str(number)} for number in range(10_001)]
    with pytest.raises(LostResponseError, match=naming("/things", "not end")):
        read(*pages)


def test_more_pages_that_nobody_says_where_to_find_are_an_error() -> None:
    with pytest.raises(LostResponseError, match=naming("/things", "more pages")):
        read({"data": [{"name": "x"}], "has_more": True})


@pytest.mark.parametrize("body", [None, {}, "text", 5, True, {"data": None}, {"data": {}}, {"items": []}, [1], [None]])
def test_a_response_that_is_no_list_is_an_error(body: Any) -> None:
    with pytest.raises(LostResponseError, match=naming("GET /things", "not a list", "weld:apiUrl")):
        read(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "data": json_values,
        "has_more": json_values,
        "hasMore": json_values,
        "next_cursor": json_values,
        "nextCursor": json_values,
    },
)


@given(json_values | envelopes)
def test_any_body_is_a_list_or_an_error_of_ours(body: Any) -> None:
    pages = iter([body])
    with suppress(WeldError):
        list(read_all("/things", lambda _: next(pages, []), {}))


# Through HTTP -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("envelope", ["paged", "data", "list"])
@pytest.mark.parametrize("fields", ["snake", "camel"])
@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_every_list_is_read_whole_under_each_reading(
    weld: Simulator, client: WeldClient, envelope: str, fields: str, order: str
) -> None:
    weld.set_readings(
        {
            "connections_envelope": envelope,
            "paging_fields": fields,
            "list_order": order,
            "available_paged": "yes",
            "integrations_paged": "yes",
            "absent_optional": "null",
            "extra_fields": "present",
        }
    )
    made = {weld.create_connection("stripe", f"Shop {number}")["id"] for number in range(3)}
    connection = min(made)
    syncs = {weld.create_sync(connection, destination_schema_name=f"s{number}")["id"] for number in range(102)}
    assert made <= {connection.id for connection in client.list_connections()}
    assert {sync.id for sync in client.list_syncs(connection)} == syncs
    assert len(client.list_integrations()) > 10
    assert {stream.name for stream in client.list_available_streams(min(syncs))} >= {"charges", "customers"}
    assert all(request.status == 200 for request in weld.requests())


def test_pages_are_as_large_as_may_be(weld: Simulator, client: WeldClient) -> None:
    sync = weld.create_sync(weld.create_connection("stripe", "Shop")["id"])
    for number in range(201):
        weld.set_catalogue_stream("stripe", f"t{number:03}")
        weld.create_stream(sync["id"], f"t{number:03}")
    weld.clear_requests()
    assert len(client.list_streams(sync["id"])) == 201
    assert [request.query["limit"] for request in weld.requests()] == ["100"] * 3


def test_a_missing_list_of_connections_is_an_error(connect: Connect) -> None:
    for body, text in ((answer(status=204), "not a list"), (json_answer({"ok": True}), "not a list")):
        with RawServer(body) as server, pytest.raises(LostResponseError, match=text):
            connect(server.url).list_connections()
