"""The listener against forged and clumsy requests, over real sockets."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from tests.support.wording import says
from weld_pulumi.provider.connection.listener import Callback, Listener, Ticket

LINK = "https://weld.example/authorize?token=t"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listener:
        yield listener


@pytest.fixture
def ticket(listener: Listener) -> Ticket:
    made = listener.ticket()
    made.link = LINK
    return made


def port_of(ticket: Ticket) -> int:
    return urlsplit(ticket.redirect_uri).port or 0


def path_of(ticket: Ticket, **query: str) -> str:
    return f"{urlsplit(ticket.redirect_uri).path}?{urlencode(query)}"


def ask(ticket: Ticket, target: str, method: str = "GET", host: str = "127.0.0.1", **headers: str) -> tuple[int, str]:
    """Status and page of a request."""
    connection = http.client.HTTPConnection(host, port_of(ticket), timeout=10)
    connection.request(method, target, headers=headers)
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
def test_the_right_request_ends_the_wait(ticket: Ticket, name: str, host: str) -> None:
    if host == "::1" and not socket.has_ipv6:
        pytest.fail("this machine has no IPv6, on which half of the browsers rely")
    assert ticket.wait(0) is None
    status, page = ask(ticket, path_of(ticket, state=ticket.state, **{name: "c_-1"}), host=host)
    assert (status, ticket.wait(5)) == (200, Callback(connection_id="c_-1"))
    assert says(said(page), "Authorized", "close this tab")
    assert "Not authorized" not in said(page)


def test_the_redirect_uri_is_an_address_that_weld_takes(ticket: Ticket) -> None:
    parts = urlsplit(ticket.redirect_uri)
    assert (parts.scheme, parts.hostname, parts.query) == ("http", "localhost", "")
    assert len(ticket.state) >= 32
    with Listener() as other:
        assert other.ticket().state != ticket.state


def forged(ticket: Ticket) -> dict[str, tuple[str, str, int]]:
    right = {"connectionId": "stolen", "state": ticket.state}
    return {
        "state missing": ("GET", path_of(ticket, connectionId="stolen"), 403),
        "state empty": ("GET", path_of(ticket, connectionId="stolen", state=""), 403),
        "state wrong": ("GET", path_of(ticket, connectionId="stolen", state=ticket.state[:-1]), 403),
        "state not ASCII": ("GET", path_of(ticket, connectionId="stolen", state="ä" * 32), 403),
        "state only in the second place": (
            "GET",
            path_of(ticket, connectionId="stolen", state="x") + f"&state={ticket.state}",
            403,
        ),
        "path wrong": ("GET", "/?" + urlencode(right), 404),
        "path longer": ("GET", path_of(ticket, **right).replace("?", "/more?"), 404),
        "path with a host": ("GET", "http://evil.example/?" + urlencode(right), 403),
        "oversized": ("GET", path_of(ticket, **right, padding="x" * 4000), 414),
        "huge": ("GET", path_of(ticket, **right, padding="x" * 70000), 414),
        **{method: (method, path_of(ticket, **right), 405) for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS")},
        "unknown method": ("STEAL", path_of(ticket, **right), 501),
    }


def test_a_forged_request_changes_nothing(ticket: Ticket) -> None:
    for name, (method, target, expected) in forged(ticket).items():
        status, page = ask(ticket, target, method)
        assert (name, status) == (name, expected)
        assert ticket.state not in page
    assert ticket.wait(0) is None
    ask(ticket, path_of(ticket, connectionId="right", state=ticket.state))
    assert ticket.wait(5) == Callback(connection_id="right")


def test_a_head_request_changes_nothing(ticket: Ticket) -> None:
    """Programs that preview links send it."""
    assert ask(ticket, path_of(ticket, connectionId="c", state=ticket.state), "HEAD") == (405, "")
    assert ticket.wait(0) is None


def test_only_the_first_request_counts(ticket: Ticket) -> None:
    ask(ticket, path_of(ticket, connectionId="first", state=ticket.state))
    status, page = ask(ticket, path_of(ticket, connectionId="second", state=ticket.state))
    assert (status, ticket.wait(5)) == (410, Callback(connection_id="first"))
    assert "already been used" in said(page)


def test_only_one_of_many_requests_at_once_counts(ticket: Ticket) -> None:
    statuses: list[int] = []

    def one(number: int) -> None:
        statuses.append(ask(ticket, path_of(ticket, connectionId=f"c{number}", state=ticket.state))[0])

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
        ({}, "no usable connection"),
        ({"connectionId": "pending-1a2b-Stripe"}, "no usable connection"),
        ({"connectionId": "c\n1"}, "no usable connection"),
        ({"connectionId": "c/../1"}, "no usable connection"),
        ({"connectionId": "x" * 201}, "no usable connection"),
        ({"error": "<script>alert(1)</script>"}, "<script>alert(1)</script>"),
    ],
)
def test_a_refusal_ends_the_wait_with_its_reason(ticket: Ticket, query: dict[str, str], reason: str) -> None:
    status, page = ask(ticket, path_of(ticket, state=ticket.state, **query))
    callback = ticket.wait(5)
    assert callback is not None
    assert (status, callback.connection_id) == (200, None)
    assert str(callback.refused).startswith(reason)
    assert "Not authorized" in said(page)
    assert "<script>" not in page


def outward_address() -> str:
    """By which address this machine would go out; that of loopback where it has no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def test_nothing_but_loopback_is_bound(ticket: Ticket) -> None:
    port = port_of(ticket)
    to_engine = outward_address()
    if not to_engine.startswith("127."):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((to_engine, port), timeout=5)
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    with socket.create_connection(("::1", port), timeout=5):
        pass
    # 127.0.0.2 is this machine too, but not the address that was bound.
    with pytest.raises(OSError, match=r"refused|assign"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_the_port_is_given_back() -> None:
    with Listener() as listener:
        port = listener.port
        listener.close()
        for host in ("127.0.0.1", "::1"):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((host, port), timeout=5)


def test_a_caller_that_says_nothing_holds_nothing_up(
    listener: Listener, ticket: Ticket, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", port_of(ticket))) as silent:
        silent.sendall(b"GET /")
        assert ask(ticket, path_of(ticket, connectionId="c", state=ticket.state))[0] == 200
        listener.close()
    assert capsys.readouterr() == ("", "")


def test_the_short_address_leads_to_weld(listener: Listener, ticket: Ticket) -> None:
    """It is short enough for a narrow terminal, and one listener serves all."""
    other = listener.ticket()
    other.link = "https://weld.example/authorize?token=other"
    for each in (ticket, other):
        assert len(each.address) <= len("http://localhost:65535/") + 5
        answer = requests.get(each.address, allow_redirects=False, timeout=10)
        assert (answer.status_code, answer.headers["location"]) == (303, each.link)
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert ticket.port == other.port
    assert listener.count_waiting() == 2


def test_a_browser_that_comes_back_late_finds_a_page(ticket: Ticket) -> None:
    """Also when the list of connections was faster, and nobody waits any more."""
    ticket.close(is_authorized=True)
    assert "Authorized" in ask(ticket, path_of(ticket, state=ticket.state, connectionId="c"))[1]
    assert ask(ticket, urlsplit(ticket.address).path)[0] == 200


def test_an_address_that_nobody_waits_for_leads_nowhere(ticket: Ticket) -> None:
    ticket.close(is_authorized=False)
    status, page = ask(ticket, urlsplit(ticket.address).path)
    assert status == 410
    assert "weld-pulumi authorize" in page


@pytest.mark.parametrize("link", ["file:///etc/passwd", "javascript:alert(1)", None])
def test_a_link_that_is_not_for_a_browser_leads_nowhere(ticket: Ticket, link: str | None) -> None:
    ticket.link = link
    assert ask(ticket, urlsplit(ticket.address).path)[0] == 410


def test_a_link_cannot_add_headers(ticket: Ticket) -> None:
    ticket.link = "https://weld.example/\r\nset-cookie: a=b"
    answer = requests.get(ticket.address, allow_redirects=False, timeout=10)
    assert "set-cookie" not in answer.headers


def test_a_name_that_was_pointed_to_this_machine_gets_nothing(ticket: Ticket) -> None:
    """DNS rebinding: a web page asks for its own host."""
    for target in (urlsplit(ticket.address).path, path_of(ticket, state=ticket.state, connectionId="c")):
        assert ask(ticket, target, Host=f"evil.example:{ticket.port}")[0] == 403
    assert ticket.wait(0) is None
    assert not ticket.was_opened


def test_a_listener_that_stands_in_believes_nothing_but_shows_a_page() -> None:
    with Listener(stands_in=True) as listener:
        ticket = listener.ticket()
        assert "Authorized" in ask(ticket, path_of(ticket, state="of-the-run-before", connectionId="c"))[1]
        assert listener.came_back.wait(5)
        assert ticket.wait(0) is None
