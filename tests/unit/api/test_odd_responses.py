"""Responses that are none of Weld's: each is an error that a person can act on, in bounded time and memory."""

from __future__ import annotations

import copy
import itertools
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.raw_server import RawServer, answer, json_answer
from tests.support.wording import naming
from tests.unit.api.conftest import Connect
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.api.limits import ListBudget
from weld_pulumi.api.paging import read_all
from weld_pulumi.errors import LostResponseError, WeldError

STREAM = {"id": "s", "name": "charges", "elt_sync_id": "y", "excluded_substreams": ["a"], "full_sync_always": True}
SYNC = {
    "id": "y",
    "status": "RUNNING",
    "source_connection_id": "c",
    "destination_schema_name": "weld",
    "sync_interval": "0 0 * * *",
    "start_date": "2024-01-01",
    "config": {"sourceSettings": {"a": 1}},
    "source_streams": [STREAM],
}
BRIDGE = {"id": "b", "authorize_url": "https://weld.example/authorize?token=t", "expires_at": "2026-01-01"}
AVAILABLE = {"name": "charges", "retired": True, "sub_streams": ["a"], "retirement_details": {"link": "x"}}
STATUS = {"elt_sync_id": "y", "source_streams": [{"name": "charges", "active_sync": {"bytes_synced": 1}}]}

Call = Callable[[WeldClient], Any]
CALLS: dict[str, tuple[Any, Call]] = {
    "connections": ([{"id": "c", "label": "x"}], lambda client: client.list_connections()),
    "bridges": ([BRIDGE], lambda client: client.list_bridges()),
    "bridge": (BRIDGE, lambda client: client.create_bridge({})),
    "integrations": ({"data": [{"id": "i", "abilities": ["x"]}]}, lambda client: client.list_integrations()),
    "syncs": ({"data": [SYNC], "has_more": False, "next_cursor": "n"}, lambda client: client.list_syncs()),
    "sync": (SYNC, lambda client: client.get_sync("y")),
    "status": (STATUS, lambda client: client.get_sync_status("y")),
    "available": ({"data": [AVAILABLE]}, lambda client: list(client.list_available_streams("y"))),
    "upsert": ({"source_streams": [STREAM]}, lambda client: client.upsert_streams("y", [{"name": "charges"}])),
    "streams": ([STREAM], lambda client: client.list_streams()),
    "runs": ([{"id": "r", "rows_synced": 1}], lambda client: client.list_runs("s")),
    "run": ({"status_url": "/x"}, lambda client: client.request_run("s")),
    "orchestrations": ([{"id": "o", "name": "n"}], lambda client: client.list_orchestrations()),
    "schema": ({"type": "object", "properties": {"a": {}}}, lambda client: client.get_connection_settings("c")),
}
ODD: list[Any] = [
    [],
    {},
    [[]],
    {"a": []},
    True,
    0,
    -1,
    1.5,
    10**40,
    "",
    "\x00",
    "\n",
    "\ud800",
    [None],
    {"": None},
    "é" * 9,
]


def places(value: Any) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(), *((key, *rest) for key, item in inside for rest in places(item))]


def with_odd(value: Any, place: tuple[Any, ...], odd: Any) -> Any:
    if not place:
        return odd
    made = copy.deepcopy(value)
    made[place[0]] = with_odd(made[place[0]], place[1:], odd)
    return made


def told(call: Call, client: WeldClient) -> Any:
    """What was found, or what the error says."""
    try:
        return call(client)
    except WeldError as error:
        return str(error)


@pytest.mark.parametrize("name", CALLS)
def test_any_field_may_hold_anything(connect: Connect, name: str) -> None:
    sample, call = CALLS[name]
    with RawServer() as server:
        client = connect(server.url, max_retries=0)
        for place, odd in itertools.product(places(sample), ODD):
            server.answers = [json_answer(with_odd(sample, place, odd)), json_answer([])]
            json.dumps(told(call, client), default=lambda model: model.model_dump(), ensure_ascii=False).encode()


def nested(levels: int) -> str:
    return '{"properties": {"a": ' * (levels // 2) + "{}" + "}}" * (levels // 2)


@pytest.mark.parametrize("body", [nested(400), "[" * 400 + "]" * 400, nested(3000), '{"a": ' * 9000 + "1" + "}" * 9000])
def test_a_deep_response_is_an_error_that_names_the_address(connect: Connect, body: str) -> None:
    with RawServer(answer(body)) as server, pytest.raises(WeldError, match="weld:apiUrl"):
        connect(server.url, max_retries=0).get_connection_settings("c")


def test_settings_as_deep_as_a_program_may_write_them_are_read(connect: Connect) -> None:
    with RawServer(answer(nested(90))) as server:
        assert connect(server.url).get_connection_settings("c")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize("body", ['{"default": %s}', '{"properties": {"a": {"enum": [1, %s]}}}'])
def test_a_number_that_is_none_makes_a_response_unreadable(connect: Connect, body: str, number: str) -> None:
    with RawServer(answer(body % number)) as server, pytest.raises(LostResponseError, match="cannot be read"):
        connect(server.url, max_retries=0).get_connection_settings("c")


def test_half_a_character_makes_a_response_unreadable(connect: Connect) -> None:
    for half in ('"\\ud800"', '{"\\uDFff": 1}', '["\\ude00\\ud83d"]'):
        with (
            RawServer(answer('{"a": ' + half + "}")) as server,
            pytest.raises(LostResponseError, match="lone surrogate"),
        ):
            connect(server.url, max_retries=0).get_connection_settings("c")
    with RawServer(answer('{"a": "\\ud83d\\ude00 \\\\ud800"}')) as server:
        assert connect(server.url).get_connection_settings("c") == {"a": "\U0001f600 \\ud800"}


# Limits of lists ----------------------------------------------------------------------------------------------------


def test_a_page_of_twenty_megabytes_of_ids_does_not_fill_the_memory(connect: Connect) -> None:
    ids = ",".join(f'{{"id":"{number:x}"}}' for number in range(1_300_000))
    with RawServer(answer(f"[{ids}]")) as server:
        client = connect(server.url, max_retries=0, request_timeout=60.0)
        tracemalloc.start()
        try:
            with pytest.raises(LostResponseError, match="more than 1,000,000 parts"):
                client.list_connections()
            assert tracemalloc.get_traced_memory()[1] < 100 * 1024**2
        finally:
            tracemalloc.stop()
        assert len(server.requests) == 1


def endless(size: int) -> Callable[[dict[str, Any]], Any]:
    """Pages that never end, each with a new cursor and new entries."""
    numbers = itertools.count()
    return lambda _: {"data": [{"id": str(next(numbers))} for _ in range(size)], "has_more": True}


def test_a_list_without_end_ends_by_its_length() -> None:
    with pytest.raises(LostResponseError, match=naming("/things", "200,000")) as raised:
        for _ in read_all("/things", endless(1000), {}):
            pass
    assert raised.value.final
    assert "weld:apiUrl" in str(raised.value)


def test_a_list_of_pages_ends_by_its_size(connect: Connect) -> None:
    budget = ListBudget("/things", megabytes=3)
    with RawServer(answer(b" " * 1024**2 + b"[]")) as server:
        transport = connect(server.url).transport

        def fetch(query: dict[str, Any]) -> Any:
            transport.request(Endpoint("GET", "/things"), received=budget.take_bytes)
            return {"data": [{"id": str(query.get("starting_after", 0)) + "x"}], "has_more": True}

        with pytest.raises(LostResponseError, match=naming("/things", "3 MB")):
            list(read_all("/things", fetch, {}, budget=budget))
        assert len(server.requests) == 3


def test_a_list_ends_by_its_time() -> None:
    seconds = itertools.count(step=7)
    budget = ListBudget("/things", seconds=60, clock=lambda: float(next(seconds)))
    with pytest.raises(LostResponseError, match=naming("/things", "60 s", "weld:apiUrl")):
        list(read_all("/things", endless(1), {}, budget=budget))
