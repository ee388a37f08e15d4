"""Time limits, kept-alive connections, proxies, and what of the surroundings does not reach a request."""

from __future__ import annotations

import errno
import gzip
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.support.raw_server import DROP, RawServer, answer, half, json_answer
from tests.support.wording import naming
from tests.unit.api.conftest import KEY, Connect, beyond_loopback, never_sent
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.errors import LostResponseError, ServerError, WeldConfigError, WeldConnectionError
from weld_pulumi.simulator import Simulator

# Time limits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["status line", "headers", "body", "chunked body", "body of a redirect", "error"])
def test_a_response_in_drips_ends_by_its_deadline(connect: Connect, where: str) -> None:
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 500
    whole = {
        "status line": b"HTTP/1.1 200 " + b"O" * 500,
        "headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 90,
        "body": answer(" " * 500),
        "chunked body": chunked,
        "body of a redirect": answer(" " * 500, 302, {"location": "/"}),
        "error": answer(" " * 500, 500),
    }[where]
    at_once = {"status line": 9, "headers": 17}.get(where, whole.index(b"\r\n\r\n") + 4 if b"\r\n\r\n" in whole else 0)
    with RawServer() as server:

        def drip(connection: Any) -> None:
            connection.sendall(whole[:at_once])
            server.drip(whole[at_once:], 0.05)(connection)

        server.answers = [drip]
        started = time.monotonic()
        with pytest.raises(LostResponseError, match=naming("/connections", "0.6 s", "weld:requestTimeout")):
            connect(server.url, request_timeout=0.6, max_retries=0).list_connections()
        assert 0.4 < time.monotonic() - started < 60


def test_no_response_at_all_is_lost_after_the_time_limit(connect: Connect) -> None:
    with RawServer() as server:
        server.answers = [server.hang]
        with pytest.raises(LostResponseError, match=r"within 0\.3 s"):
            connect(server.url, request_timeout=0.3, max_retries=0).list_connections()


def test_a_late_response_is_not_taken_for_the_next_one(connect: Connect) -> None:
    def late(connection: Any) -> None:
        time.sleep(0.5)
        connection.sendall(json_answer([{"id": "late"}]))

    with RawServer(late, json_answer([{"id": "next"}])) as server:
        client = connect(server.url, request_timeout=0.2, max_retries=1)
        assert [c.id for c in client.list_connections()] == ["next"]
        assert server.connections == 2


def test_a_slow_response_within_the_limit_is_fine(connect: Connect) -> None:
    with RawServer() as server:
        server.answers = [server.drip(json_answer([]), 0.005)]
        client = connect(server.url)
        assert client.list_connections() == []
        assert client.list_connections() == []
        assert server.connections == 1


def test_a_body_without_end_is_not_read_to_it(connect: Connect) -> None:
    endless = b" " * 65 * 1024**2
    for body in (answer(endless), answer(gzip.compress(endless, 1), 200, {"content-encoding": "gzip"})):
        with RawServer(body) as server:
            with pytest.raises(LostResponseError, match=naming("/elt_syncs/x", "64 MB", "weld:apiUrl")):
                connect(server.url).get_sync("x")
            assert len(server.requests) == 1  # it would be as large again


def test_a_body_that_is_not_compressed_as_it_says_is_a_lost_response(connect: Connect) -> None:
    with (
        RawServer(answer("plain", 200, {"content-encoding": "gzip"})) as server,
        pytest.raises(LostResponseError, match=naming("/connections", "broke off")),
    ):
        connect(server.url, max_retries=0).list_connections()


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nxyz",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
        b"\x00\xff\xfe",
        b"",
    ],
)
def test_a_response_that_is_not_http_is_lost(connect: Connect, head: bytes) -> None:
    with RawServer(half(head)) as server:
        with pytest.raises(LostResponseError):
            connect(server.url).transport.request(Endpoint("POST", "/elt_syncs", idempotent=False), body={})
        assert len(server.requests) == 1


# Connections --------------------------------------------------------------------------------------------------------


def test_one_connection_serves_requests_of_all_kinds_in_turn(weld: Simulator, connect: Connect) -> None:
    with RawServer(*([json_answer([]), answer(status=204), json_answer({"message": "no"}, 500)] * 5)) as server:
        client = connect(server.url)
        for _ in range(5):
            client.list_connections()
            client.enable_sync("x")
            with pytest.raises(ServerError):
                client.list_connections()
        assert len(server.requests) == 15
        assert server.connections == 1


def test_four_threads_share_the_connections(connect: Connect) -> None:
    with RawServer(json_answer([])) as server:
        client = connect(server.url)
        together = threading.Barrier(4)

        def work(_: int) -> None:
            together.wait()
            for _ in range(25):
                assert client.list_connections() == []

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert len(server.requests) == 100
        assert server.connections <= 4


def test_threads_get_their_own_responses(weld: Simulator, client: WeldClient) -> None:
    connection = weld.create_connection("stripe", "Shop")
    ids = [weld.create_sync(connection["id"], destination_schema_name=f"s{number}")["id"] for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        for found, wanted in zip(pool.map(client.get_sync, ids * 20), ids * 20, strict=True):
            assert found.id == wanted


def test_a_connection_that_the_server_closed_in_between_is_replaced(connect: Connect) -> None:
    with RawServer(answer('{"id": "x"}', length=False)) as server:
        transport = connect(server.url).transport
        for _ in range(3):
            assert transport.request(Endpoint("POST", "/things", idempotent=False)) == {"id": "x"}
        assert (len(server.requests), server.connections) == (3, 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_process_that_was_forked_off_does_not_use_its_parents_connection() -> None:
    program = """
        import os, sys
        from weld_pulumi.api.client import WeldClient
        from weld_pulumi.config import Settings

        client = WeldClient(Settings(api_key="k", api_url=sys.argv[1]))
        client.list_connections()
        child = os.fork()
        client.list_connections()
        if child:
            assert os.waitpid(child, 0)[1] == 0
            client.list_connections()
    """
    with RawServer(json_answer([])) as server:
        subprocess.run([sys.executable, "-c", dedent(program), server.url], check=True, timeout=60)
        by_connection = [[asked.connection for asked in server.requests].count(number) for number in (1, 2)]
        assert by_connection == [3, 1]


# What is sent, and by which way -------------------------------------------------------------------------------------


def test_every_request_carries_the_key_and_no_cookie(connect: Connect) -> None:
    with RawServer(json_answer({"id": "x"})) as server:
        transport = connect(server.url).transport
        transport.request(Endpoint("GET", "/things"), params={"limit": 100, "connection_id": "a b&c"})
        transport.request(Endpoint("POST", "/things/1/enable"))
        transport.request(Endpoint("POST", "/things", idempotent=False), body={"name": "ä"})
        read, enable, create = server.requests
    assert read.target == "/things?limit=100&connection_id=a+b%26c"
    assert [asked.headers["x-api-key"] for asked in (read, enable, create)] == [KEY] * 3
    assert all(asked.headers["user-agent"].startswith("weld-pulumi/") for asked in (read, enable, create))
    assert all("authorization" not in asked.headers and "cookie" not in asked.headers for asked in (read, enable))
    assert (enable.body, create.body) == (b"", b'{"name": "\\u00e4"}')
    assert create.headers["content-type"] == "application/json"


def test_no_request_is_sent_without_a_key(connect: Connect) -> None:
    with RawServer() as server:
        client = connect(server.url)
        client.transport.settings = type(client.settings)(api_url=server.url)
        with pytest.raises(WeldConfigError, match=r"pulumi config set --secret weld:apiKey.*WELD_API_KEY"):
            client.list_connections()
        assert server.requests == []


def test_netrc_is_not_read(connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login someone password very-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with RawServer(answer(status=307, headers={"location": "/other"}), json_answer([])) as server:
        connect(server.url, open_session=beyond_loopback).list_connections()
        assert [asked.headers.get("authorization") for asked in server.requests] == [None, None]
        assert [asked.headers["x-api-key"] for asked in server.requests] == [KEY, KEY]


def test_no_proxy_is_used_for_loopback(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(json_answer([])) as server, RawServer() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        assert connect(server.url).list_connections() == []
        assert (len(server.requests), proxy.connections) == (1, 0)


def _behind(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("https_proxy", proxy)


def test_a_proxy_sees_neither_key_nor_path(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(answer("who are you?", 407)) as proxy:
        _behind(proxy.url, monkeypatch)
        with never_sent(match=naming("proxy", "weld.invalid", "HTTPS_PROXY")):
            connect("https://weld.invalid", max_retries=2).create_sync({"connection_id": "secret-thing"})
        assert [asked.method for asked in proxy.requests] == ["CONNECT"] * 3
        assert {asked.target for asked in proxy.requests} == {"weld.invalid:443"}
        assert KEY not in str(proxy.requests)
        assert "secret-thing" not in str(proxy.requests)


def test_a_proxy_that_hangs_up_is_named(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(DROP) as proxy:
        _behind(proxy.url, monkeypatch)
        with never_sent(match=naming("proxy", "weld.invalid", "HTTPS_PROXY")):
            connect("https://weld.invalid", max_retries=0).list_connections()


@pytest.mark.parametrize("proxy", ["http://", "ftp://127.0.0.1:9", "http://[", "http://user:pa%zz@:x"])
def test_a_proxy_that_cannot_be_one_is_an_error_without_its_password(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    _behind(proxy, monkeypatch)
    with pytest.raises(
        WeldConnectionError, match=naming("weld:apiUrl (WELD_API_URL)", "proxy", "HTTPS_PROXY")
    ) as raised:
        connect("https://weld.invalid", max_retries=2).list_connections()
    assert "pa%zz" not in str(raised.value)


def test_a_missing_file_of_certificates_is_named(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    with pytest.raises(WeldConnectionError, match=r"cannot be sent \(OSError\).*REQUESTS_CA_BUNDLE"):
        connect("https://weld.invalid").list_connections()


def test_a_body_that_is_no_json_is_not_sent(connect: Connect) -> None:
    with RawServer() as server:
        with pytest.raises(WeldConnectionError, match="cannot be sent"):
            connect(server.url).create_sync({"elt_settings": {"limit": float("nan")}})
        assert server.requests == []


def test_a_host_that_does_not_exist_is_an_error_of_dns(connect: Connect, waits: list[float]) -> None:
    with never_sent(match=naming("weld.invalid", "cannot be reached", "(DNS)")):
        connect("https://weld.invalid", max_retries=1).create_sync({})
    assert len(waits) == 1


def test_cookies_are_not_kept(connect: Connect) -> None:
    with RawServer(json_answer([], headers={"set-cookie": "session=1; path=/"})) as server:
        client = connect(server.url)
        client.list_connections()
        client.list_connections()
        assert [asked.headers.get("cookie") for asked in server.requests] == [None, None]


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError(errno.ECONNREFUSED, "refused"), "refused"),
        (socket.gaierror(-2, "unknown"), "(DNS)"),
        (TimeoutError("slow"), "in time"),
        (OSError(errno.ENETUNREACH, "no route"), "the network and"),
    ],
)
def test_each_way_of_not_reaching_weld_has_its_sentence(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, failure: OSError, told: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("urllib3.util.connection.create_connection", fail)
    with never_sent() as caught:
        connect("https://weld.invalid", max_retries=0).list_connections()
    assert told in str(caught.value)
    assert "weld:apiUrl" in str(caught.value)
