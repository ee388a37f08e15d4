"""The simulator and strangers: web pages in a browser on this machine, other machines, other users."""

from __future__ import annotations

import http.client
import json
import socket
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from weld_pulumi.simulator import Simulator

from .conftest import Api


def ask(weld: Simulator, path: str, host: str | None, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Send a request with this Host header and the right key; return the status and the body."""
    with closing(http.client.HTTPConnection("127.0.0.1", weld.port, timeout=10)) as connection:
        connection.putrequest(method, path, skip_host=True)
        for name, value in {"Host": host, "x-api-key": weld.api_key, **headers}.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def control(weld: Simulator, method: str, path: str, body: str = "", at: str = "") -> requests.Response:
    """Send a request to the control API; `at` is another address of the same simulator."""
    url = f"{at or weld.url}/_simulator/{path}"
    return requests.request(method, url, data=body, headers={"content-type": "application/json"}, timeout=10)


@pytest.fixture
def exposed() -> Iterator[Simulator]:
    """A simulator that other machines can reach."""
    with Simulator(host="0.0.0.0") as made:
        yield made


@pytest.fixture
def elsewhere(exposed: Simulator) -> str:
    """Its address in the network; requests to it do not come from a loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            address = str(probe.getsockname()[0])
        except OSError:
            pytest.skip("this machine has no network address beside loopback")
    return f"http://{address}:{exposed.port}"


# DNS rebinding: a web page whose own name resolves to 127.0.0.1


@pytest.mark.parametrize("path", ["/", "/connections", "/_simulator/state", "/openapi.json", "/authorize"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1.evil.example", "localhost.evil"])
def test_a_web_page_under_another_name_receives_nothing(simulator: Simulator, path: str, host: str) -> None:
    simulator.create_connection("stripe", "Shop")
    status, body = ask(simulator, path, host.format(port=simulator.port))
    assert status == 421
    assert "Shop" not in body
    assert simulator.requests() == []


def test_a_web_page_under_another_name_changes_nothing(simulator: Simulator) -> None:
    simulator.create_connection("stripe", "Shop")
    name = f"evil.example:{simulator.port}"
    assert ask(simulator, "/_simulator/reset", name, "POST", Origin=f"http://{name}")[0] == 421
    assert "Shop" in json.dumps(simulator.state())


@pytest.mark.parametrize("host", ["localhost", "LocalHost:{port}", "127.0.0.1:{port}", "127.8.9.1", "[::1]:{port}"])
@pytest.mark.parametrize("path", ["/connections", "/_simulator/state"])
def test_every_name_of_this_machine_is_answered(simulator: Simulator, path: str, host: str) -> None:
    assert ask(simulator, path, host.format(port=simulator.port))[0] == 200


@pytest.mark.parametrize(
    "host", ["[::1", "localhost:x", "127.0.0.1@evil.example", "evil.example#localhost", ".", ":80"]
)
def test_an_invalid_host_is_rejected(simulator: Simulator, host: str) -> None:
    assert ask(simulator, "/connections", host)[0] in (400, 421)


def test_the_host_that_it_was_given_is_answered() -> None:
    name = socket.gethostname()
    try:
        made = Simulator(host=name).start()
    except OSError:
        pytest.skip(f"the name of this machine, {name}, means no address of it")
    try:
        assert requests.get(f"http://{name}:{made.port}/", timeout=10).status_code == 200
        assert (
            requests.get(f"http://{name}:{made.port}/", headers={"Host": "evil.example"}, timeout=10).status_code == 421
        )
    finally:
        made.close()


def test_a_simulator_for_all_networks_answers_to_its_addresses_only(exposed: Simulator, elsewhere: str) -> None:
    assert requests.get(f"{elsewhere}/openapi.json", timeout=10).status_code == 200
    assert requests.get(f"{elsewhere}/openapi.json", headers={"Host": "evil.example"}, timeout=10).status_code == 421


# Other machines


def test_a_header_does_not_make_this_machine_another_one(simulator: Simulator) -> None:
    assert ask(simulator, "/_simulator/state", "localhost", **{"X-Forwarded-For": "203.0.113.9"})[0] == 200


def test_a_header_does_not_make_another_machine_this_one(
    exposed: Simulator, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exposed.stop()
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # of another server, in the same shell
    exposed.start()
    for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}):
        assert requests.get(f"{elsewhere}/_simulator/state", headers=headers, timeout=10).status_code == 403


def test_the_links_to_authorize_are_shown_on_this_machine_only(exposed: Simulator, elsewhere: str) -> None:
    api = Api(exposed)
    with api.session:
        token = api.bridge(label="Waiting")["authorize_url"].rpartition("=")[2]
    there, here = (requests.get(f"{url}/", timeout=10).text for url in (elsewhere, exposed.url))
    assert "Waiting" in there
    assert token not in there
    assert token in here


# What a request may bring


INJECTION = "name) VALUES ('x', 0, 0, (SELECT group_concat(token) FROM bridges)) --"


@pytest.mark.parametrize("kind", ["orchestrations", "connections", "syncs", "streams"])
@pytest.mark.parametrize("key", [INJECTION, "name, id", "seq", "nonsense", 'a"b'])
def test_an_unknown_column_writes_nothing(api: Api, kind: str, key: str) -> None:
    api.bridge()
    before = {**api.simulator.state(), "now": ""}
    body = {"name": "x", "label": "x", "integration_id": "stripe", key: "y"}
    assert control(api.simulator, "POST", kind, json.dumps(body)).status_code == 400
    assert {**api.simulator.state(), "now": ""} == before


@pytest.mark.parametrize("key", ["label = (SELECT token FROM bridges), label", "seq", "nonsense"])
def test_an_unknown_column_changes_nothing(api: Api, key: str) -> None:
    made = api.simulator.create_connection("stripe", "Shop")
    before = {**api.simulator.state(), "now": ""}
    assert control(api.simulator, "PATCH", f"connections/{made['id']}", json.dumps({key: "y"})).status_code == 400
    assert {**api.simulator.state(), "now": ""} == before


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "-Infinity", "1e999", '"nan"', "1e300", "null", "[]"])
def test_a_clock_is_moved_by_finite_times_only(tmp_path: Path, seconds: str) -> None:
    database = str(tmp_path / "weld.db")
    with Simulator(database=database) as weld:
        before = weld.state()["now"]
        assert control(weld, "POST", "clock", f'{{"advance_seconds": {seconds}}}').status_code == 400
        assert before <= weld.state()["now"] < before[:3] + "9"
    with Simulator(database=database) as weld:
        assert weld.state()["now"][:3] == before[:3]


@pytest.mark.parametrize("milliseconds", ["NaN", "Infinity", "1e999"])
def test_an_answer_waits_for_a_finite_time_only(simulator: Simulator, milliseconds: str) -> None:
    assert control(simulator, "PUT", "latency", f'{{"ms": {milliseconds}}}').status_code == 400
    assert ask(simulator, "/connections", "localhost")[0] == 200


# What it keeps


def test_nothing_of_a_body_without_the_key_is_kept(api: Api) -> None:
    for headers in ({}, {"x-api-key": "wrong"}):
        body = json.dumps({"secret": "x" * 1_000_000})
        requests.post(f"{api.simulator.url}/elt_syncs?{'q' * 5000}", data=body, headers=headers, timeout=10)
    missing, wrong = api.simulator.requests()
    assert (missing.key, missing.status, missing.body) == ("missing", 401, None)
    assert (wrong.key, wrong.status, wrong.body) == ("wrong", 401, None)
    assert len(repr([missing, wrong])) < 5000


def test_of_a_huge_body_the_beginning_is_kept(api: Api) -> None:
    api.ask("POST", "/elt_syncs", json={"first": 1, "text": "x" * 5_000_000})
    (logged,) = api.simulator.requests()
    assert logged.body.startswith('{"first": 1,')
    assert len(logged.body) < 2_000_000


def test_a_body_that_is_nested_deep_can_be_looked_at(api: Api) -> None:
    api.ask("POST", "/elt_syncs", data="[" * 50_000, headers={"content-type": "application/json"})
    shown: Any = control(api.simulator, "GET", "requests").json()["requests"]
    assert shown[0]["status"] == 400


def test_the_files_of_the_simulator_are_for_their_owner_alone(tmp_path: Path) -> None:
    database = tmp_path / "weld.db"
    with Simulator(database=str(database)) as weld:
        weld.create_connection("stripe", "Shop")
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert "weld.db" in modes
    assert set(modes.values()) == {0o600}


def test_a_file_that_everybody_could_read_is_closed(tmp_path: Path) -> None:
    database = tmp_path / "weld.db"
    with Simulator(database=str(database)):
        database.chmod(0o644)
    with Simulator(database=str(database)) as weld:
        weld.create_connection("stripe", "Shop")
        assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
