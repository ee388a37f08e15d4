"""A network and a server that fail on request, as a client sees them."""

from __future__ import annotations

import http.client
import threading
import time
from typing import Any

import pytest
import requests
import urllib3

from weld_pulumi.simulator import Simulator

from .conftest import Api

BRIDGE = {"integration_id": "stripe", "label": "Shop", "redirect_uri": "https://example.com/back"}


def create(api: Api) -> requests.Response:
    return api.ask("POST", "/connection_bridges", json=BRIDGE)


def bridges(api: Api) -> int:
    return len(api("GET", "/connection_bridges")["data"])


@pytest.mark.parametrize(("action", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_fault_drops_the_connection_before_or_after_the_request_is_carried_out(
    api: Api, action: str, made: int
) -> None:
    bridges(api)
    api.simulator.fault(action, "POST", "/connection_bridges")
    with pytest.raises(requests.ConnectionError) as caught:
        create(api)
    (cause,) = [part for part in caught.value.args if isinstance(part, urllib3.exceptions.ProtocolError)]
    assert isinstance(cause.args[1], http.client.RemoteDisconnected)
    logged = api.simulator.requests("POST")[-1]
    assert (logged.status, logged.fault) == (None, action)
    assert bridges(api) == made
    assert create(api).status_code == 201


def test_a_fault_cuts_a_response_in_half(api: Api) -> None:
    api.simulator.fault("truncate", "POST", "/connection_bridges")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        create(api)
    assert bridges(api) == 1


def test_a_fault_cuts_a_response_without_a_body(api: Api) -> None:
    made = api.sync("stripe", "charges")
    api.simulator.fault("truncate", "POST", r".*/enable")
    with pytest.raises(requests.ConnectionError):
        api.ask("POST", f"/elt_syncs/{made['id']}/enable")
    assert api("GET", f"/elt_syncs/{made['id']}")["enabled"]


@pytest.mark.parametrize("body", [None, {"a": 1}, "plain"])
def test_a_fault_responds_with_a_status_headers_and_a_body(api: Api, body: Any) -> None:
    api.simulator.fault("status", status=503, headers={"Retry-After": "7", "X-Request-Id": "r1"}, body=body)
    answer = create(api)
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["x-request-id"]) == (503, "7", "r1")
    if body is None:
        assert set(answer.json()) == {"error_code", "message"}
    else:
        assert (answer.text if isinstance(body, str) else answer.json()) == body
    assert bridges(api) == 0


def test_a_fault_responds_with_a_status_after_the_request_is_carried_out(api: Api) -> None:
    api.simulator.fault("status", status=502, act=True)
    assert create(api).status_code == 502
    assert bridges(api) == 1


def test_a_fault_responds_with_invalid_json(api: Api) -> None:
    api.simulator.fault("invalid_json", "POST")
    answer = create(api)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/json")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert bridges(api) == 1


def test_a_fault_responds_with_the_page_of_a_proxy(api: Api) -> None:
    api.simulator.fault("html_200")
    answer = create(api)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    assert bridges(api) == 0


def test_a_fault_redirects_to_another_address(api: Api) -> None:
    api.simulator.fault("redirect", url="https://example.com/elsewhere")
    answer = api.ask("GET", "/elt_syncs", allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "https://example.com/elsewhere")
    api.simulator.fault("redirect", path="/elt_syncs", url=f"{api.simulator.url}/orchestrations", status=302)
    assert "Month end" in api.ask("GET", "/elt_syncs").text


def test_a_fault_makes_a_response_slow(api: Api) -> None:
    api.simulator.fault("slow", "POST", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        api.session.post(f"{api.simulator.url}/connection_bridges", json=BRIDGE, timeout=0.1)
    assert bridges(api) == 1
    api.simulator.fault("slow", "GET", seconds=0.05)
    began = time.perf_counter()
    assert bridges(api) == 1
    assert time.perf_counter() - began >= 0.05


def test_a_fault_hits_the_requests_that_it_names(api: Api) -> None:
    api.simulator.fault("status", "GET", "/elt_syncs", status=500, nth=2, times=2)
    statuses = [api.ask("GET", path).status_code for path in ("/elt_syncs", "/elt_streams", *["/elt_syncs"] * 4)]
    assert statuses == [200, 200, 500, 500, 200, 200]
    assert [(item["seen"], item["fired"]) for item in api.simulator.faults()] == [(5, 2)]
    api.simulator.fault("status", path="/elt_str.*", status=500, times=None)
    assert [api.ask("GET", "/elt_streams").status_code for _ in range(3)] == [500] * 3
    assert api.ask("GET", "/elt_syncs").status_code == 200
    api.simulator.clear_faults()
    assert api.ask("GET", "/elt_streams").status_code == 200


def test_each_of_several_faults_has_its_turn(api: Api) -> None:
    api.simulator.fault("status", status=500)
    api.simulator.fault("status", status=503)
    assert [api.ask("GET", "/elt_syncs").status_code for _ in range(3)] == [500, 503, 200]


@pytest.mark.parametrize(
    "options",
    [{"action": "explode"}, {"action": "redirect"}, {"action": "slow", "path": "("}, {"action": "slow", "nth": 0}],
)
def test_an_invalid_fault_is_rejected(api: Api, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        api.simulator.fault(**options)


def test_the_log_holds_requests_without_their_keys(api: Api) -> None:
    api.simulator.clear_requests()
    api.ask("POST", f"/elt_syncs?x={api.simulator.api_key}", json={"a": api.simulator.api_key})
    api.ask("GET", "/elt_syncs", params={"limit": 5}, headers={"authorization": "Basic abc"})
    first, second = api.simulator.requests()
    assert (first.method, first.path, first.status, first.key_ok) == ("POST", "/elt_syncs", 400, True)
    assert (first.query, first.body) == ({"x": "***"}, {"a": "***"})
    assert (second.query, second.body, second.is_write) == ({"limit": "5"}, None, False)
    assert second.headers["authorization"] == "***"
    assert second.headers["user-agent"].startswith("python-requests/")
    assert api.simulator.writes() == [first]
    assert api.simulator.requests(after=first.number) == [second]
    assert api.simulator.api_key not in repr(api.simulator.requests())


def create_in_vain(api: Api) -> None:
    with pytest.raises(requests.ConnectionError):
        create(api)


def test_a_request_is_logged_before_it_is_answered(api: Api) -> None:
    api.simulator.fault("slow", seconds=30, act=False)
    asking = threading.Thread(target=create_in_vain, args=(api,))
    asking.start()
    until = time.monotonic() + 5
    while not api.simulator.requests() and time.monotonic() < until:
        time.sleep(0.005)
    (logged,) = api.simulator.requests()
    assert (logged.status, logged.body) == (None, BRIDGE)
    # No client waits after a stop.
    api.simulator.stop()
    asking.join(5)
    assert not asking.is_alive()


def test_every_response_is_delayed_by_the_latency(api: Api) -> None:
    api.simulator.set_latency(60)
    began = time.perf_counter()
    bridges(api)
    assert time.perf_counter() - began >= 0.06


def test_many_threads_change_the_simulator_at_once() -> None:
    """Clients and a test at the same time."""
    with Simulator() as simulator:
        api = Api(simulator)
        connection = simulator.create_connection("load-test", "x")
        sync = simulator.create_sync(connection["id"])
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                client = Api(simulator)
                with client.session:
                    for step in range(10):
                        client.upsert(sync["id"], f"table_{number * 10 + step:04d}")
                        simulator.state()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        with api.session:
            assert len(api.streams(sync["id"])) == 60
