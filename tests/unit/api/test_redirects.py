"""Redirects: followed within the origin, where they mean the same request; the key goes nowhere else."""

from __future__ import annotations

import pytest

from tests.support.raw_server import RawServer, answer, json_answer
from tests.unit.api.conftest import KEY, Connect
from weld_pulumi.api.answers import AnswerLostError
from weld_pulumi.api.retries import Kind
from weld_pulumi.errors import WeldConnectionError
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
@pytest.mark.parametrize("kind", [Kind.IDEMPOTENT, Kind.ONCE])
def test_a_write_is_followed_where_it_stays_the_same_write(connect: Connect, kind: Kind, status: int) -> None:
    with RawServer(json_answer({"id": "x"})) as server:
        server.answers = [moved(f"{server.url}/v2/things", status), *server.answers]
        assert connect(server.url).transport.request(kind, "POST", "/things", body={"a": 1}) == {"id": "x"}
        first, second = server.requests
        assert (second.method, second.target, second.body) == ("POST", "/v2/things", first.body)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_write_that_would_become_a_read_is_not_followed(connect: Connect, status: int) -> None:
    with RawServer(moved("/elsewhere", status)) as server:
        with pytest.raises(AnswerLostError, match="redirects a request that writes"):
            connect(server.url).transport.request(Kind.IDEMPOTENT, "POST", "/things", body={})
        assert len(server.requests) == 1


@pytest.mark.parametrize("kind", list(Kind))
def test_the_key_never_goes_to_another_host(connect: Connect, kind: Kind) -> None:
    with RawServer(json_answer([])) as other, RawServer(moved(f"{other.url}/connections")) as server:
        with pytest.raises(WeldConnectionError, match="redirects to another host") as raised:
            connect(server.url).transport.request(kind, "GET" if kind is Kind.READ else "POST", "/things")
        assert f"{server.host} redirects to another host ({other.url}); the key was not sent there" in str(raised.value)
        assert "weld:apiUrl" in str(raised.value)
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
        with pytest.raises(WeldConnectionError, match=r"redirects to (another host|what is no address)"):
            connect(server.url).list_connections()
        assert len(server.requests) == 1


@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:99999/", "//[::1/", "http://a\xffb/", "\xff\xfe"])
def test_an_address_that_is_none(connect: Connect, location: str) -> None:
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


def test_the_same_origin_written_in_another_way(connect: Connect) -> None:
    with RawServer(json_answer([])) as server:
        server.answers = [moved(f"HTTP://127.0.0.1:0{server.port}/connections"), *server.answers]
        assert connect(server.url).list_connections() == []


def test_a_circle_ends(connect: Connect) -> None:
    with RawServer(moved("/connections")) as server:
        with pytest.raises(WeldConnectionError, match="redirected more than 3 times"):
            connect(server.url).list_connections()
        assert len(server.requests) == 4


def test_through_the_simulator(weld: Simulator, connect: Connect) -> None:
    client = connect(weld.url, weld.api_key)
    weld.fault("redirect", "GET", "/connections", url=f"{weld.url}/orchestrations?limit=100")
    assert len(client.list_connections()) == len(client.list_orchestrations())
    with RawServer() as other:
        weld.fault("redirect", "GET", "/connections", url=other.url)
        with pytest.raises(WeldConnectionError, match="another host"):
            client.list_connections()
        assert other.connections == 0
