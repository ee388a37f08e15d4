"""The table of repetitions, row by row, and how long is waited."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.raw_server import DROP, Answer, RawServer, answer, half, json_answer
from tests.support.wording import naming, says
from tests.unit.api.conftest import KEY, Connect
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.api.retries import MAX_WAIT, Backoff, Lookup, retry_after
from weld_pulumi.api.transport import Transport
from weld_pulumi.config import Settings
from weld_pulumi.errors import LostResponseError, RateLimitError, ServerError, WeldApiError, WeldConnectionError

FINE = json_answer({"id": "x"})
TRUNCATED = answer('{"id": "x"}', length=True)[:-4]
NO_JSON = answer('{"data": [', headers={"content-type": "application/json"})
PAGE = answer("<html><title>Sign in</title></html>", headers={"content-type": "text/html"})


# What goes wrong -> the methods whose requests are repeated.
ROWS: dict[str, tuple[Answer, set[str]]] = {
    "429": (answer(status=429), {"GET", "DELETE", "POST"}),
    "502": (answer(status=502), {"GET", "DELETE"}),
    "503": (answer(status=503), {"GET", "DELETE"}),
    "504": (answer(status=504), {"GET", "DELETE"}),
    "dropped": (DROP, {"GET", "DELETE"}),
    "dropped in the headers": (half(b"HTTP/1.1 200 OK\r\nconten"), {"GET", "DELETE"}),
    "truncated": (half(TRUNCATED), {"GET", "DELETE"}),
    "no JSON": (NO_JSON, {"GET", "DELETE"}),
    "a web page": (PAGE, {"GET", "DELETE"}),
    "no HTTP": (half(b"SSH-2.0-OpenSSH\r\n"), {"GET", "DELETE"}),
    "400": (answer(status=400), set()),
    "401": (answer(status=401), set()),
    "403": (answer(status=403), set()),
    "404": (answer(status=404), set()),
    "408": (answer(status=408), set()),
    "409": (answer(status=409), set()),
    "413": (answer(status=413), set()),
    "500": (answer(status=500), set()),
    "501": (answer(status=501), set()),
    "a redirect to nowhere": (answer(status=302), set()),
    "not modified": (answer(status=304), set()),
}
ENDPOINTS = [Endpoint("GET", "/things"), Endpoint("DELETE", "/things"), Endpoint("POST", "/things", idempotent=False)]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("row", list(ROWS))
def test_a_request_is_repeated_where_the_table_says(connect: Connect, endpoint: Endpoint, row: str) -> None:
    broken, repeated = ROWS[row]
    with RawServer(broken, FINE) as server:
        transport = connect(server.url).transport
        if endpoint.method in repeated:
            assert transport.request(endpoint) == {"id": "x"}
        else:
            with pytest.raises((WeldApiError, LostResponseError)):
                transport.request(endpoint)
        assert len(server.requests) == (2 if endpoint.method in repeated else 1)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_request_that_never_reached_weld_is_repeated(
    connect: Connect, waits: list[float], endpoint: Endpoint
) -> None:
    with RawServer() as server:
        url = server.url
    with pytest.raises(WeldConnectionError, match=r"127.0.0.1:\d+ cannot be reached.*refused"):
        connect(url, max_retries=3).transport.request(endpoint)
    assert len(waits) == 3


CREATE = Endpoint("POST", "/things", idempotent=False)
DOWN, SLOW = answer(status=502), answer(status=429)


@pytest.mark.parametrize(
    ("script", "found_at", "sent", "looked"),
    [
        ([DROP], 1, 1, 1),
        ([DROP], 4, 1, 4),
        ([DOWN], 1, 1, 1),
        ([answer(status=500)], 3, 1, 3),
        ([DROP, FINE], None, 2, 4),
        ([DROP, NO_JSON, DOWN, FINE], None, 4, 12),
        ([answer(status=302), FINE], None, 2, 4),
        ([SLOW, SLOW, DROP, SLOW, SLOW, FINE], None, 6, 4),
    ],
)
def test_what_a_lost_creation_has_made_is_found_before_it_is_sent_again(
    connect: Connect, script: list[Answer], found_at: int | None, sent: int, looked: int
) -> None:
    looks: list[int] = []

    def find() -> dict[str, str] | None:
        looks.append(len(looks) + 1)
        return {"id": "x"} if looks[-1] == found_at else None

    pauses: list[float] = []
    with RawServer(*script) as server:
        transport = connect(server.url, max_retries=3).transport
        assert transport.request(CREATE, lookup=Lookup(find, "the thing", pauses.append)) == {"id": "x"}
        assert len(server.requests) == sent
    assert len(looks) == looked
    assert pauses == ([0.0, 1.0, 2.0, 4.0] * 3)[:looked]


@pytest.mark.parametrize(
    ("given", "sent", "looked"), [(DROP, 3, 12), (answer(status=500), 1, 4), (answer(status=400), 1, 0), (SLOW, 3, 0)]
)
def test_a_creation_that_stays_lost_is_an_error(connect: Connect, given: Answer, sent: int, looked: int) -> None:
    looks: list[None] = []
    with RawServer(given) as server:
        lookup = Lookup[object](lambda: looks.append(None), "the thing", lambda _: None)
        with pytest.raises((WeldApiError, LostResponseError)):
            connect(server.url, max_retries=2).transport.request(CREATE, lookup=lookup)
        assert len(server.requests) == sent
    assert len(looks) == looked


def test_a_creation_that_cannot_be_looked_up_is_not_sent_again(connect: Connect) -> None:
    def find() -> None:
        raise WeldConnectionError("away")

    with RawServer(DROP) as server:
        with pytest.raises(LostResponseError, match=naming("POST /things", "the thing", "run it again")):
            connect(server.url).transport.request(CREATE, lookup=Lookup(find, "the thing"))
        assert len(server.requests) == 1


def test_a_request_that_never_reached_weld_is_sent_once_it_can_be(connect: Connect) -> None:
    with RawServer() as closed:
        url, port = closed.url, closed.port
    opened: list[RawServer] = []

    def open_again(_: float) -> None:
        opened.append(RawServer(FINE, port=port).__enter__())

    settings = Settings(api_key=KEY, api_url=url)
    transport = Transport(settings, Backoff(open_again, lambda: 0.0))
    try:
        assert transport.request(Endpoint("POST", "/things", idempotent=False)) == {"id": "x"}
        assert len(opened[0].requests) == 1
    finally:
        opened[0].__exit__(None, None, None)


def test_nothing_is_written_for_nobody_but_read(connect: Connect) -> None:
    with RawServer(json_answer({"id": "x"})) as server:
        transport = Transport(connect(server.url).settings, is_abandoned=lambda: True)
        with pytest.raises(WeldConnectionError, match=naming("POST /things", "not sent")):
            transport.request(Endpoint("POST", "/things", idempotent=False))
        with pytest.raises(WeldConnectionError, match="not sent"):
            transport.request(Endpoint("DELETE", "/things/x"))
        assert transport.request(Endpoint("GET", "/things/x")) == {"id": "x"}
        assert [asked.method for asked in server.requests] == ["GET"]
        transport.close()


@pytest.mark.parametrize("most", [0, 1, 4])
def test_a_request_is_repeated_as_often_as_is_set(connect: Connect, waits: list[float], most: int) -> None:
    with RawServer(answer("down", 503)) as server:
        with pytest.raises(ServerError, match="down"):
            connect(server.url, max_retries=most).list_connections()
        assert len(server.requests) == most + 1
    assert len(waits) == most


def test_waits_grow_up_to_a_bound_and_are_jittered(connect: Connect, waits: list[float]) -> None:
    with RawServer(answer(status=503)) as server:
        with pytest.raises(ServerError):
            connect(server.url, max_retries=7).list_connections()
        assert waits == [0.5, 1, 2, 4, 8, 8, 8]
        waits.clear()
        with pytest.raises(ServerError):
            connect(server.url, max_retries=3, chance=0.25).list_connections()
        assert waits == [0.125, 0.25, 0.5]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 2.5 ", 2.5),
        ("86400", MAX_WAIT),
        ("1e999", MAX_WAIT),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_WAIT),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("-5", 0.5),
        ("nan", 0.5),
        ("soon", 0.5),
        ("Mon, 99 Foo 2026 99:99:99 GMT", 0.5),
        ("", 0.5),
        (None, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for_up_to_a_bound(
    connect: Connect, waits: list[float], status: int, header: str | None, seconds: float
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    with RawServer(answer(status=status, headers=headers), json_answer([])) as server:
        assert connect(server.url).list_connections() == []
    assert waits == [seconds]


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
    assert retry_after(format_datetime(now + timedelta(seconds=9), usegmt=True), now) == 9
    assert retry_after("Wed, 01 Jul 2026 14:00:05 +0200", now) == 5
    assert retry_after("Wed, 01 Jul 2026 12:00:05 -0000", now) == 5  # no zone at all: taken as UTC


@given(st.text())
def test_retry_after_can_be_anything(header: str) -> None:
    seconds = retry_after(header)
    assert seconds is None or seconds >= 0


def test_a_429_that_stays_is_an_error_with_what_weld_says(connect: Connect) -> None:
    with (
        RawServer(json_answer({"message": "slow down"}, 429)) as server,
        pytest.raises(RateLimitError, match=naming("429: slow down.", "wait a minute")) as raised,
    ):
        connect(server.url, max_retries=1).create_sync({})
    assert raised.value.status_code == 429


def test_an_interrupted_process_does_not_wait_to_send_again() -> None:
    program = """
        import sys
        from concurrent.futures import ThreadPoolExecutor
        from weld_pulumi.api.client import WeldClient
        from weld_pulumi.config import Settings

        client = WeldClient(Settings(api_key="k", api_url=sys.argv[1]))
        ThreadPoolExecutor().submit(client.list_connections).add_done_callback(lambda f: print(f.exception()))
    """
    with RawServer(answer(status=429, headers={"Retry-After": "3600"})) as server:
        started = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-c", dedent(program), server.url], capture_output=True, text=True, timeout=30, check=True
        )
        # The main thread is at its end at once, as that of a plugin is after SIGINT.
        assert says(ran.stdout, "interrupted")
        assert time.monotonic() - started < 60
        assert len(server.requests) == 1


def test_ctrl_c_ends_a_wait_at_once() -> None:
    program = """
        import signal
        import sys
        from weld_pulumi.api.client import WeldClient
        from weld_pulumi.api.retries import Backoff
        from weld_pulumi.api.transport import Transport
        from weld_pulumi.config import Settings

        # As on a terminal: a shell starts what runs in the background with Ctrl-C switched off.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        class Telling(Backoff):
            def wait(self, *arguments):
                print("waiting", flush=True)
                super().wait(*arguments)

        settings = Settings(api_key="k", api_url=sys.argv[1])
        WeldClient(settings, Transport(settings, Telling())).list_connections()
    """
    with (
        RawServer(answer(status=429, headers={"Retry-After": "3600"})) as server,
        subprocess.Popen(
            [sys.executable, "-c", dedent(program), server.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process,
    ):
        assert process.stdout
        assert process.stdout.readline() == b"waiting\n"
        started = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
        assert time.monotonic() - started < 60
        assert process.returncode != 0
        assert len(server.requests) == 1


def test_a_client_needs_nothing_but_settings() -> None:
    with RawServer(json_answer([])) as server:
        assert WeldClient(Settings(api_key=KEY, api_url=server.url)).list_connections() == []
