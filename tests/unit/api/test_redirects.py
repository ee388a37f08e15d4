"""Redirects: followed within the origin, where they mean the same request; the key goes nowhere else."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.raw_server import RawServer, answer, json_answer
from tests.support.wording import naming, says
from tests.unit.api.conftest import KEY, Connect
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.config import load
from weld_pulumi.errors import LostResponseError, WeldConnectionError, WeldError
from weld_pulumi.simulator import Simulator


def moved(location: str, status: int = 307) -> bytes:
    return answer("<html>moved</html>", status, {"location": location})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_read_is_followed_within_the_origin(connect: Connect, status: int) -> None:
    with RawServer(moved("/v2/connections?limit=100", status), json_answer([{"id": "x"}])) as server:
        assert [c.id for c in connect(server.url).list_connections()] == ["x"]
        assert [asked.target for asked in server.requests] == ["/connections?limit=100", "/v2/connections?limit=100"]
        assert [asked.headers["x-api-key"] for asked in server.requests] == [KEY, KEY]


@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("idempotent", [True, False])
def test_a_write_is_followed_where_it_stays_the_same_write(connect: Connect, idempotent: bool, status: int) -> None:
    with RawServer(json_answer({"id": "x"})) as server:
        server.answers = [moved(f"{server.url}/v2/things", status), *server.answers]
        endpoint = Endpoint("POST", "/things", idempotent)
        assert connect(server.url).transport.request(endpoint, body={"a": 1}) == {"id": "x"}
        first, second = server.requests
        assert (second.method, second.target, second.body) == ("POST", "/v2/things", first.body)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_write_that_would_become_a_read_is_not_followed(connect: Connect, status: int) -> None:
    with RawServer(moved("/elsewhere", status)) as server:
        with pytest.raises(LostResponseError, match=naming("POST /things", "redirects", "writes", "weld:apiUrl")):
            connect(server.url).transport.request(Endpoint("POST", "/things"), body={})
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "endpoint", [Endpoint("GET", "/things"), Endpoint("POST", "/things"), Endpoint("POST", "/things", idempotent=False)]
)
def test_the_key_never_goes_to_another_host(connect: Connect, endpoint: Endpoint) -> None:
    with RawServer(json_answer([])) as other, RawServer(moved(f"{other.url}/connections")) as server:
        with pytest.raises(WeldConnectionError, match=naming("redirects", "weld:apiUrl")) as raised:
            connect(server.url).transport.request(endpoint)
        assert says(raised.value, server.host, f"another host ({other.url})", "not sent", "weld:apiUrl")
        assert (other.connections, len(server.requests)) == (0, 1)


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{port}/connections",
        "https://127.0.0.1:{port}/connections",
        "//example.invalid/connections",
        "http://127.0.0.1:{port}.example.invalid/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "javascript:alert(1)",
    ],
)
def test_another_origin_is_another_host(connect: Connect, location: str) -> None:
    with RawServer() as server:
        server.answers = [moved(location.format(port=server.port))]
        with pytest.raises(WeldConnectionError, match=r"redirects to .*(another host|an invalid address)"):
            connect(server.url).list_connections()
        assert len(server.requests) == 1


#: Where one parser of addresses sees the origin, and another one the thief: `{thief}` and `{own}` are host and port.
DISGUISES = [
    "http://{thief}\\@{own}/x",
    "http://{thief}\\\\@{own}/x",
    "//{thief}\\@{own}/x",
    "\\\\{thief}/x",
    "/\\{thief}/x",
    "http:\\\\{thief}/x",
    "http:\\\\{thief}\\@{own}/x",
    "http://{own}@{thief}/x",
    "http://{own}\\@{thief}/x",
    "http://{own}:x@{thief}/x",
    "http://{own}%40{thief}/x",
    "http://{own}\t@{thief}/x",
    "http://{thief}/\\@{own}/x",
    "http://{thief}?@{own}/x",
    "http://{thief}#@{own}/x",
    "http://{thief}\\[::1]/x",
    "http://user:secret@{own}/x",
]


@pytest.mark.parametrize("location", DISGUISES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_key_does_not_go_to_a_host_in_disguise(connect: Connect, method: str, location: str) -> None:
    with RawServer(json_answer([])) as thief, RawServer() as server:
        server.answers = [moved(location.format(thief=thief.host, own=server.host))]
        transport = connect(server.url).transport
        with pytest.raises(WeldConnectionError, match="weld:apiUrl"):
            transport.request(Endpoint(method, "/things"), body={"a": 1} if method == "POST" else None)
        assert (thief.connections, len(server.requests)) == (0, 1)


@pytest.mark.parametrize("url", ["http://{thief}\\[::1]", "http://{thief}\\@localhost", "http://localhost@{thief}"])
def test_a_configured_address_in_disguise_gets_no_key(connect: Connect, url: str) -> None:
    with RawServer(json_answer([])) as thief:
        with pytest.raises(WeldError, match="weld:apiUrl"):
            connect(load({"weld:apiUrl": url.format(thief=thief.host)}.get, {}).api_url)
        # A program may make settings of its own, past that check.
        with pytest.raises(WeldError, match="weld:apiUrl"):
            connect(url.format(thief=thief.host)).list_connections()
        assert thief.connections == 0


@given(parts=st.lists(st.sampled_from(["/", "\\", "@", ":", "?", "[", "]", "%", "thief", "own", "x"]), max_size=7))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_an_address_looks_like_the_key_stays(connect: Connect, parts: list[str]) -> None:
    with RawServer(json_answer([])) as thief, RawServer() as server:
        hosts = {"thief": thief.host, "own": server.host}
        location = "http://" + "".join(hosts.get(part, part) for part in parts)
        server.answers = [moved(location), json_answer([])]
        with suppress(WeldConnectionError):
            connect(server.url).list_connections()
        assert thief.connections == 0


@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:99999/", "//[::1/", "http://a\xffb/", "\xff\xfe"])
def test_a_redirect_to_no_address_is_an_error(connect: Connect, location: str) -> None:
    with RawServer(moved(location)) as server, pytest.raises(WeldConnectionError):
        connect(server.url).list_connections()


def test_secrets_in_the_address_are_not_repeated(connect: Connect) -> None:
    with (
        RawServer(moved(f"https://user:password@example.invalid/{KEY}")) as server,
        pytest.raises(WeldConnectionError, match=r"another host \(https://example.invalid\)") as raised,
    ):
        connect(server.url).list_connections()
    assert "password" not in str(raised.value)
    assert KEY not in str(raised.value)


def test_the_same_origin_written_in_another_way_is_followed(connect: Connect) -> None:
    with RawServer(json_answer([])) as server:
        server.answers = [moved(f"HTTP://127.0.0.1:0{server.port}/connections"), *server.answers]
        assert connect(server.url).list_connections() == []


def test_a_circle_of_redirects_ends(connect: Connect) -> None:
    with RawServer(moved("/connections")) as server:
        with pytest.raises(WeldConnectionError, match=naming("GET /connections", "redirected", " 3 ", "weld:apiUrl")):
            connect(server.url).list_connections()
        assert len(server.requests) == 4


def test_a_redirect_of_the_simulator_is_followed_to_no_other_host(weld: Simulator, connect: Connect) -> None:
    client = connect(weld.url, weld.api_key)
    weld.fault("redirect", "GET", "/connections", url=f"{weld.url}/orchestrations?limit=100")
    assert len(client.list_connections()) == len(client.list_orchestrations())
    with RawServer() as other:
        weld.fault("redirect", "GET", "/connections", url=other.url)
        with pytest.raises(WeldConnectionError, match="another host"):
            client.list_connections()
        assert other.connections == 0
