"""The client's methods: each operation of the contract, and what they make of Weld's undocumented sides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.raw_server import RawServer, json_answer
from tests.support.recorder import operations, operations_called, violations
from tests.support.wording import naming
from tests.unit.api.conftest import Connect
from weld_pulumi.api import endpoints
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.errors import (
    LostResponseError,
    WeldApiError,
    WeldError,
    WeldValidationError,
)
from weld_pulumi.simulator import Simulator, openapi_document

SYNC = {"destination_schema_name": "weld_shop", "sync_interval": "0 */6 * * *"}


# The contract -------------------------------------------------------------------------------------------------------


def test_every_operation_of_the_contract_is_covered(weld: Simulator, client: WeldClient, connection: str) -> None:
    workflow = weld.create_orchestration("Nightly")["id"]
    client.create_bridge(
        {"integration_id": "stripe", "label": "Shop", "redirect_uri": "https://weld.app", "state": "s"}
    )
    client.create_bridge(
        {
            "integration_id": "stripe",
            "label": "Shop 2",
            "redirect_uri": "http://localhost:1234/x",
            "connection_id": connection,
        }
    )
    client.list_bridges()
    client.list_connections()
    client.get_connection_settings(connection)
    client.list_integrations()
    client.list_integrations("ReverseEtlDestination")
    sync = client.create_sync(
        {"connection_id": connection, **SYNC, "elt_settings": {"account": "acct_1"}, "start_date": "2024-01-31"}
    )
    client.upsert_streams(sync.id, [{"name": "charges", "hashed_columns": ["email"]}, {"name": "customers"}])
    list(client.list_available_streams(sync.id))
    client.enable_sync(sync.id)
    client.list_syncs()
    client.list_syncs(connection)
    client.get_sync(sync.id)
    client.get_sync_status(sync.id)
    client.update_sync(sync.id, {"sync_interval": "0 0 * * *", "elt_settings": {"account": "acct_2"}})
    client.attach_orchestration(sync.id, workflow)
    assert client.get_sync(sync.id).orchestration_workflow_id == workflow
    client.detach_orchestration(sync.id)
    stream, other = client.list_streams(sync.id)
    assert {found.id for found in client.list_streams()} >= {stream.id, other.id}
    assert client.get_stream(stream.id) == stream
    weld.advance(60)
    client.request_run(stream.id)
    client.request_full_refresh(stream.id)
    client.request_full_refresh(stream.id, reset_history_table=True)
    client.cancel_full_refresh(stream.id)
    run = client.list_runs(stream.id, limit=1)[0]
    assert client.get_run(run.id).elt_stream_id == stream.id
    assert [found.id for found in client.list_orchestrations() if found.name == "Nightly"] == [workflow]
    assert client.get_orchestration(workflow).name == "Nightly"
    assert client.request_orchestration_run(workflow).orchestration_id == workflow
    client.delete_stream(other.id)
    client.disable_sync(sync.id)
    client.delete_sync(sync.id, remove_data=True)
    client.delete_connection(connection)

    document = openapi_document()
    assert operations(document) - operations_called(weld.requests(), document) == set()
    assert violations(weld.requests(), document) == []


def test_the_recorder_sees_what_is_wrong(weld: Simulator, client: WeldClient) -> None:
    send = client.transport.request
    wrong: list[Callable[[], Any]] = [
        lambda: send(Endpoint("POST", "/nothing", idempotent=False), body={}),
        lambda: send(Endpoint("PUT", "/elt_syncs/x", idempotent=False), body={}),
        lambda: send(endpoints.LIST_SYNCS, params={"limit": 101}),
        lambda: send(endpoints.LIST_SYNCS, params={"limit": "many"}),
        lambda: send(endpoints.LIST_SYNCS, params={"page": 1}),
        lambda: send(endpoints.LIST_RUNS),
        lambda: send(endpoints.LIST_INTEGRATIONS, params={"ability": "Magic"}),
        lambda: send(endpoints.CREATE_SYNC),
        lambda: send(
            Endpoint("POST", "/elt_syncs", idempotent=False), body={"connection_id": "x", **SYNC, "enabled": True}
        ),
        lambda: send(endpoints.CREATE_SYNC, body={"connection_id": None, **SYNC}),
        lambda: send(
            Endpoint("POST", "/elt_syncs/x/source_streams", idempotent=False), body={"source_streams": [{"name": 1}]}
        ),
        lambda: send(endpoints.ENABLE_SYNC, "x", body={"a": 1}),
    ]
    for act in wrong:
        weld.clear_requests()
        with pytest.raises(WeldApiError):
            act()
        assert len(violations(weld.requests(), openapi_document())) == 1


# Answers ------------------------------------------------------------------------------------------------------------


def test_a_connection_without_settings_has_an_empty_schema(
    weld: Simulator, client: WeldClient, connection: str
) -> None:
    weld.set_settings_schema("stripe", {})
    for reading in ("object", "empty_body", "null"):
        weld.set_reading("empty_settings", reading)
        assert client.get_connection_settings(connection) == {}


@pytest.mark.parametrize("link", ["authorize_url", "url", "authorize_url_relative", "url_relative"])
def test_the_link_of_a_bridge_is_read_in_every_spelling(weld: Simulator, client: WeldClient, link: str) -> None:
    weld.set_reading("bridge_link", link)
    body = {"integration_id": "stripe", "label": "Shop", "redirect_uri": "https://weld.app"}
    made = client.create_bridge(body)
    assert (made.authorize_url or "").startswith(f"{weld.url}/authorize?token=")


def test_a_bridge_without_a_link_is_a_lost_response(connect: Connect) -> None:
    with (
        RawServer(json_answer({"id": "b"}, 201)) as server,
        pytest.raises(LostResponseError, match=naming("POST /connection_bridges", "no authorization link")),
    ):
        connect(server.url).create_bridge({"label": "x"})


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "http://[", "https://a b", "https://a/\x1b[2J", "https://a\n"]
)
def test_a_link_that_no_person_should_open_is_not_taken(connect: Connect, link: str) -> None:
    with RawServer(json_answer({"id": "b", "authorize_url": link}, 201), json_answer([{"url": link}])) as server:
        client = connect(server.url)
        with pytest.raises(LostResponseError, match=naming("POST /connection_bridges", "no authorization link")):
            client.create_bridge({"label": "x"})
        assert [bridge.authorize_url for bridge in client.list_bridges()] == [None]


@pytest.mark.parametrize("body", [None, [], "x", {}, {"id": []}, {"id": "x", "source_streams": [{}]}])
def test_a_response_that_cannot_be_welds_is_lost(connect: Connect, body: Any) -> None:
    with (
        RawServer(json_answer(body)) as server,
        pytest.raises(LostResponseError, match=naming("GET /elt_syncs/x", "not look like Weld's", "weld:apiUrl")),
    ):
        connect(server.url).get_sync("x")


@pytest.mark.parametrize(
    "body", [{}, [], None, {"source_streams": None}, {"source_streams": {}}, {"source_streams": 5}, 5, "x", True]
)
def test_an_upsert_without_streams_in_its_response_gives_none(connect: Connect, body: Any) -> None:
    with RawServer(json_answer(body, 201)) as server:
        assert connect(server.url).upsert_streams("x", [{"name": "a"}]) == []


@pytest.mark.parametrize("identifier", ["", ".", "..", "..."])
def test_an_id_that_names_another_path_is_refused(connect: Connect, identifier: str) -> None:
    with RawServer() as server:
        client = connect(server.url)
        calls: list[Callable[[str], Any]] = [client.get_sync, client.delete_connection, client.delete_stream]
        for call in calls:
            with pytest.raises(WeldValidationError, match=r"is not a valid Weld id"):
                call(identifier)
        assert server.requests == []


@pytest.mark.parametrize("identifier", ["a/b", "a?b=c", "a#b", "../..", "ä ö", "%2e%2e", "\ud800", "a\nb", "x" * 5000])
def test_an_id_stays_in_its_place(connect: Connect, identifier: str) -> None:
    with RawServer(json_answer({"message": "gone"}, 404)) as server:
        with pytest.raises(WeldError):
            connect(server.url).enable_sync(identifier)
        assert server.requests[0].target.startswith("/elt_syncs/")
        assert server.requests[0].target.endswith("/enable")
        assert server.requests[0].target.count("/") == 3


# Batches ------------------------------------------------------------------------------------------------------------


def test_many_streams_go_in_batches(weld: Simulator, client: WeldClient, sync: str) -> None:
    weld.set_reading("unknown_stream", "accepted")
    names = [f"t{number}" for number in range(2201)]
    answered = client.upsert_streams(sync, [{"name": name} for name in names])
    assert [stream.name for stream in answered] == names  # and not the one that was there
    assert sorted(_batches(weld, 201)) == [201, 1000, 1000]
    weld.clear_requests()
    assert client.upsert_streams(sync, []) == []
    assert weld.requests() == []


@pytest.mark.parametrize(("count", "most"), [(1000, 250), (1000, 7), (1000, 1), (2100, 7)])
def test_a_batch_that_is_too_large_is_halved(
    weld: Simulator, client: WeldClient, sync: str, count: int, most: int
) -> None:
    weld.set_readings({"unknown_stream": "accepted", "max_streams_per_upsert": most, "upsert_answer": "empty"})
    client.upsert_streams(sync, [{"name": f"t{number}"} for number in range(count)])
    assert sum(_batches(weld, 201)) == count
    assert max(_batches(weld, 201)) <= most
    assert len(_batches(weld, 413)) <= 2 * 10  # each of the two that are under way learns for all that is left
    assert len(client.list_streams(sync)) == count + 1
    weld.clear_requests()
    client.upsert_streams(sync, [{"name": f"t{number}"} for number in range(10)])
    assert _batches(weld, 413) == []


def test_after_a_refused_batch_no_other_is_begun(weld: Simulator, client: WeldClient, sync: str) -> None:
    weld.fault("status", "POST", f"/elt_syncs/{sync}/source_streams", status=400, times=None)
    with pytest.raises(WeldApiError, match="400"):
        client.upsert_streams(sync, [{"name": f"t{number}"} for number in range(40_000)])
    assert len(_batches(weld, 400)) < 40


def test_two_batches_are_under_way_at_once(client: WeldClient, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=30)

    def request(*_: Any, body: dict[str, Any], **__: Any) -> dict[str, Any]:
        both.wait()  # raises where the other batch does not come before this one is answered
        return {"source_streams": [{"id": item["name"], **item} for item in body["source_streams"]]}

    monkeypatch.setattr(client.transport, "request", request)
    names = [f"t{number}" for number in range(2000)]
    assert [stream.id for stream in client.upsert_streams("x", [{"name": name} for name in names])] == names


def test_batches_are_sent_while_the_process_ends(
    weld: Simulator, client: WeldClient, sync: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    weld.set_reading("unknown_stream", "accepted")
    monkeypatch.setattr("concurrent.futures.thread._shutdown", True)  # as it is while Python waits for its threads
    client.upsert_streams(sync, [{"name": f"t{number}"} for number in range(2001)])
    assert len(client.list_streams(sync)) == 2002


def _batches(weld: Simulator, status: int) -> list[int]:
    return [len(request.body["source_streams"]) for request in weld.writes() if request.status == status]


def test_one_stream_that_is_too_large_is_an_error(weld: Simulator, client: WeldClient, sync: str) -> None:
    weld.fault("status", "POST", f"/elt_syncs/{sync}/source_streams", status=413, times=None)
    with pytest.raises(WeldApiError, match="413"):
        client.upsert_streams(sync, [{"name": f"t{number}"} for number in range(5)])
    assert [len(request.body["source_streams"]) for request in weld.writes()] == [5, 3, 2, 1]
