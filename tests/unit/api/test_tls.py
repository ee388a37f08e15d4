"""TLS: what failed before the request was sent, and what broke a response off."""

from __future__ import annotations

import os
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from tests.support.raw_server import CERTIFICATE, RawServer, half, json_answer
from tests.unit.api.conftest import Connect, beyond_loopback, never_sent
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.transport import open_session
from weld_pulumi.api.wire import WireSession
from weld_pulumi.config import Settings
from weld_pulumi.errors import LostResponseError, WeldConnectionError


def _with_our_certificate(settings: Settings) -> WireSession:
    session = open_session(settings)
    session.verify = str(CERTIFICATE)
    return session


@pytest.fixture
def trusting(connect: Connect) -> Any:
    def make(url: str, **settings: Any) -> WeldClient:
        return connect(url.replace("127.0.0.1", "localhost"), open_session=_with_our_certificate, **settings)

    return make


def test_requests_over_tls_share_a_connection(trusting: Any) -> None:
    with RawServer(json_answer([]), tls=True) as server:
        client = trusting(server.url)
        assert client.list_connections() == []
        assert client.list_connections() == []
        assert server.connections == 1


def test_a_certificate_that_nobody_vouches_for_ends_a_request_before_it_is_sent(
    connect: Connect, waits: list[float]
) -> None:
    with RawServer(json_answer([]), tls=True) as server:
        with pytest.raises(WeldConnectionError, match=r"TLS .*127.0.0.1:\d+.*weld:apiUrl"):
            connect(server.url).create_sync({})
        assert (server.requests, waits) == ([], [])  # it would be the same again


def test_a_host_that_does_not_speak_tls_is_sent_nothing(connect: Connect, waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:

        def answer_at_once() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                    connection.recv(4096)

        done = pool.submit(answer_at_once)
        with never_sent(match="TLS"):
            connect(f"https://127.0.0.1:{listener.getsockname()[1]}", max_retries=2).create_sync({})
        done.result(10)
    assert len(waits) == 2


def test_a_host_that_hangs_up_during_the_handshake_is_sent_nothing(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with never_sent(match=r"TLS|cannot be reached"):
            connect(url, request_timeout=0.3, max_retries=0).create_sync({})


def _spoil(connection: Any) -> None:
    """Break the TLS session from below."""
    os.write(connection.fileno(), b"no TLS at all, but as long as a record could be")


@pytest.mark.parametrize("already", [b"", b"HTTP/1.1 201 Created\r\ncontent-length: 20\r\n\r\n{"])
def test_a_creating_request_whose_response_breaks_is_not_repeated(trusting: Any, already: bytes) -> None:
    def answer(connection: Any) -> None:
        if already:
            connection.sendall(already)
        _spoil(connection)

    with RawServer(answer, json_answer({"id": "a second one"}), tls=True) as server:
        with pytest.raises(LostResponseError, match="broke off"):
            trusting(server.url).create_sync({})
        assert len(server.requests) == 1


def test_a_read_whose_response_breaks_is_repeated(trusting: Any) -> None:
    with RawServer(_spoil, half(b"HTTP/1.1 200 OK\r\n"), json_answer([]), tls=True) as server:
        assert trusting(server.url).list_connections() == []
        assert len(server.requests) == 3


def _relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


def test_a_proxy_sees_no_key_of_requests_over_tls(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)

    def tunnel(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as target:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_relay, args=(target, connection), daemon=True)
            back.start()
            _relay(connection, target)
            back.join()

    with RawServer(json_answer([]), tls=True) as server, RawServer(tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
        client = connect(server.url.replace("127.0.0.1", "localhost"), open_session=beyond_loopback)
        assert client.list_connections() == []
        assert client.list_connections() == []
        assert [asked.method for asked in proxy.requests] == ["CONNECT"]
        assert (len(server.requests), server.connections) == (2, 1)
        assert "x-api-key" not in str(proxy.requests)
        assert "proxy" not in str(server.requests[0].headers)
