"""The listener against forged and clumsy requests, over real sockets."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest

from weld_pulumi.lifecycle.listener import Callback, Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


def port_of(listener: Listener) -> int:
    return urlsplit(listener.redirect_uri).port or 0


def path_of(listener: Listener, **query: str) -> str:
    return f"{urlsplit(listener.redirect_uri).path}?{urlencode(query)}"


def ask(listener: Listener, target: str, method: str = "GET", host: str = "127.0.0.1") -> tuple[int, str]:
    """Status and page of a request."""
    connection = http.client.HTTPConnection(host, port_of(listener), timeout=10)
    connection.request(method, target)
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    assert answer.headers["cache-control"] == "no-store"
    return answer.status, page


def said(page: str) -> str:
    """What a person reads."""
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


@pytest.mark.parametrize("name", ["connectionId", "connection_id"])
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_right_request(listener: Listener, name: str, host: str) -> None:
    if host == "::1" and not socket.has_ipv6:
        pytest.fail("this machine has no IPv6, on which half of the browsers rely")
    assert listener.wait(0) is None
    status, page = ask(listener, path_of(listener, state=listener.state, **{name: "c_-1"}), host=host)
    assert (status, listener.wait(5)) == (200, Callback(connection_id="c_-1"))
    assert "Authorised Pulumi goes on by itself. You can close this tab." in said(page)


def test_an_address_that_weld_takes(listener: Listener) -> None:
    parts = urlsplit(listener.redirect_uri)
    assert (parts.scheme, parts.hostname, parts.query) == ("http", "localhost", "")
    assert len(listener.state) >= 32
    with Listener() as other:
        assert other.state != listener.state


def forged(listener: Listener) -> dict[str, tuple[str, str, int]]:
    right = {"connectionId": "stolen", "state": listener.state}
    return {
        "state missing": ("GET", path_of(listener, connectionId="stolen"), 403),
        "state empty": ("GET", path_of(listener, connectionId="stolen", state=""), 403),
        "state wrong": ("GET", path_of(listener, connectionId="stolen", state=listener.state[:-1]), 403),
        "state not ASCII": ("GET", path_of(listener, connectionId="stolen", state="ä" * 32), 403),
        "state only in the second place": (
            "GET",
            path_of(listener, connectionId="stolen", state="x") + f"&state={listener.state}",
            403,
        ),
        "path wrong": ("GET", "/?" + urlencode(right), 404),
        "path longer": ("GET", path_of(listener, **right).replace("?", "/more?"), 404),
        "path with a host": ("GET", "http://evil.example/?" + urlencode(right), 404),
        "oversized": ("GET", path_of(listener, **right, padding="x" * 4000), 414),
        "huge": ("GET", path_of(listener, **right, padding="x" * 70000), 414),
        **{
            method: (method, path_of(listener, **right), 405)
            for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS")
        },
        "unknown method": ("STEAL", path_of(listener, **right), 501),
    }


def test_what_is_forged_changes_nothing(listener: Listener) -> None:
    for name, (method, target, expected) in forged(listener).items():
        status, page = ask(listener, target, method)
        assert (name, status) == (name, expected)
        assert listener.state not in page
    assert listener.wait(0) is None
    ask(listener, path_of(listener, connectionId="right", state=listener.state))
    assert listener.wait(5) == Callback(connection_id="right")


def test_head_changes_nothing(listener: Listener) -> None:
    """Programs that preview links send it."""
    assert ask(listener, path_of(listener, connectionId="c", state=listener.state), "HEAD") == (405, "")
    assert listener.wait(0) is None


def test_only_the_first_counts(listener: Listener) -> None:
    ask(listener, path_of(listener, connectionId="first", state=listener.state))
    status, page = ask(listener, path_of(listener, connectionId="second", state=listener.state))
    assert (status, listener.wait(5)) == (410, Callback(connection_id="first"))
    assert "This was used already" in said(page)


def test_only_one_of_many_at_once_counts(listener: Listener) -> None:
    statuses: list[int] = []

    def one(number: int) -> None:
        statuses.append(ask(listener, path_of(listener, connectionId=f"c{number}", state=listener.state))[0])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [410] * 7


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ({"error": "access_denied"}, "access_denied"),
        ({"error": "server_error", "error_description": "Stripe is\n\x1b[31mdown"}, "Stripe is [31mdown"),
        ({"error": "access_denied", "connectionId": "c"}, "access_denied"),
        ({}, "no connection was named"),
        ({"connectionId": "x" * 201}, "no connection was named"),
        ({"error": "<script>alert(1)</script>"}, "<script>alert(1)</script>"),
    ],
)
def test_a_refusal(listener: Listener, query: dict[str, str], reason: str) -> None:
    status, page = ask(listener, path_of(listener, state=listener.state, **query))
    assert (status, listener.wait(5)) == (200, Callback(refused=reason))
    assert "Not authorised" in said(page)
    assert "<script>" not in page


def outward_address() -> str:
    """By which address this machine would go out; that of loopback where it has no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def test_nothing_but_loopback_is_bound(listener: Listener) -> None:
    port = port_of(listener)
    outward = outward_address()
    if not outward.startswith("127."):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((outward, port), timeout=5)
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    with socket.create_connection(("::1", port), timeout=5):
        pass
    # 127.0.0.2 is this machine too, but not the address that was bound.
    with pytest.raises(OSError, match=r"refused|assign"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_the_port_is_given_back() -> None:
    with Listener() as listener:
        port = port_of(listener)
        listener.close()
        for host in ("127.0.0.1", "::1"):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((host, port), timeout=5)


def test_a_caller_that_says_nothing_holds_nothing_up(listener: Listener, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_connection(("127.0.0.1", port_of(listener))) as silent:
        silent.sendall(b"GET /")
        assert ask(listener, path_of(listener, connectionId="c", state=listener.state))[0] == 200
        listener.close()
    assert capsys.readouterr() == ("", "")
