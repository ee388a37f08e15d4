"""Responses of Weld, responses that are none of Weld's, and requests without a response."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import weld_pulumi as weld
from tests.support.raw_server import RawServer, answer, half, json_answer
from tests.unit.api.conftest import endpoint_of
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.endpoints import Endpoint
from weld_pulumi.api.limits import ListBudget
from weld_pulumi.api.paging import read_all
from weld_pulumi.api.redaction import Redactor
from weld_pulumi.api.responses import read_response
from weld_pulumi.api.retries import Backoff, interruptible
from weld_pulumi.api.transport import Transport
from weld_pulumi.config import Settings
from weld_pulumi.errors import NotListedError

from .stage import Stage, Table, raised

TABLE = Table()

KEY = "weld-key-0123456789"
OF_STACK = "weld:apiKey in the stack configuration"
OF_PROVIDER = "weld:apiKey in the weld.Provider 'team-b'"

# Errors of the tree ------------------------------------------------------------------------------------------------

TABLE.add(
    "POST /x: Weld returned 409 (quota): Too many. [request req-1] Delete one.",
    lambda _: str(weld.ConflictError(409, "quota", "Too many", "POST", "/x", "req-1", "Delete one.")),
)
TABLE.add("GET /x: Weld returned 500: Oops!", lambda _: str(weld.ServerError(500, None, "Oops!", "GET", "/x")))
TABLE.add("Weld returned 404 without a message.", lambda _: str(weld.NotFoundError(404)))
TABLE.add("GET /x: none.", lambda _: str(NotListedError(404, None, "none.", "GET", "/x")))


@TABLE.reads("creating the EltSync: GET /x: Weld returned 404: Gone. Try again.")
def an_error_in_an_operation(_: Stage) -> str:
    error = weld.NotFoundError(404, None, "Gone.", "GET", "/x")
    error.operation = "creating the EltSync"
    error.add_next_step("Try again.")
    return str(error)


# Weld's errors, and what to do next --------------------------------------------------------------------------------


def read(status: int, body: str, request: str = "GET /things", **given: Any) -> str:
    """What is said of an answer."""
    settings = Settings(KEY, **{"key_source": OF_STACK, **given})
    endpoint = endpoint_of(request)
    path = endpoint.path.format("x")
    return raised(lambda: read_response(endpoint, path, status, {}, body.encode(), settings, Redactor((KEY,))))


def refused(request: str, status: int, **given: Any) -> str:
    """What is said where Weld says no."""
    return read(status, '{"message": "No."}', request, **given)


TABLE.add(
    (
        "POST /elt_syncs: Weld returned 400: No. Compare the arguments with Weld's message; `weld-pulumi "
        "settings CONNECTION_ID` shows which elt_settings it accepts."
    ),
    lambda _: refused("POST /elt_syncs", 400),
)
TABLE.add(
    ("POST /connection_bridges: Weld returned 400: No. Compare the arguments with Weld's message."),
    lambda _: refused("POST /connection_bridges", 400),
)
TABLE.add(
    (
        "GET /elt_syncs: Weld returned 401: No. The key in use comes from weld:apiKey in the stack "
        "configuration. Create a new one in Weld under Settings -> API Keys, then either run `pulumi config set "
        "--secret weld:apiKey` and paste it, or set the environment variable WELD_API_KEY."
    ),
    lambda _: refused("GET /elt_syncs", 401),
)
TABLE.add(
    (
        "GET /elt_syncs: Weld returned 401: No. The key in use comes from weld:apiKey in the weld.Provider "
        "'team-b'. Create a new one in Weld under Settings -> API Keys, then give it to the weld.Provider "
        "'team-b' as its argument `api_key`."
    ),
    lambda _: refused("GET /elt_syncs", 401, key_source=OF_PROVIDER),
)
TABLE.add(
    ("POST /elt_syncs: Weld returned 402: No. Check in Weld whether the plan of the workspace includes this."),
    lambda _: refused("POST /elt_syncs", 402),
)
TABLE.add(
    (
        "POST /elt_syncs: Weld returned 404: No. Check whether the connection exists (`weld-pulumi connections` "
        "lists them). Check weld:apiUrl (WELD_API_URL)."
    ),
    lambda _: refused("POST /elt_syncs", 404),
)
TABLE.add(
    "GET /elt_syncs: Weld returned 404: No. Check weld:apiUrl (WELD_API_URL).", lambda _: refused("GET /elt_syncs", 404)
)
TABLE.add(
    (
        "GET /elt_syncs/x: Weld returned 404: No. Check the id, and whether the key belongs to the workspace "
        "that has this object."
    ),
    lambda _: refused("GET /elt_syncs/{}", 404),
)
TABLE.add(
    (
        "PUT /elt_syncs: Weld returned 405: No. Check weld:apiUrl (WELD_API_URL), and whether there is a newer "
        "weld-pulumi."
    ),
    lambda _: refused("PUT /elt_syncs", 405),
)
TABLE.add(("GET /elt_syncs: Weld returned 408: No. Retry."), lambda _: refused("GET /elt_syncs", 408))
TABLE.add(
    (
        "POST /elt_syncs: Weld returned 409: No. By Weld's contract, the connection has reached the maximum "
        "number of syncs it allows: remove one of them (`weld-pulumi syncs` lists them), or use another "
        "connection."
    ),
    lambda _: refused("POST /elt_syncs", 409),
)
TABLE.add(
    ("POST /elt_syncs/x/enable: Weld returned 409: No. Check in Weld what is blocking this, then retry."),
    lambda _: refused("POST /elt_syncs/{}/enable", 409),
)
TABLE.add(
    ("GET /elt_syncs: Weld returned 429: No. Too many requests: wait a minute, then retry."),
    lambda _: refused("GET /elt_syncs", 429),
)
TABLE.add(
    (
        "GET /elt_syncs: Weld returned 500: No. Weld failed internally: retry later; https://status.weld.app "
        "lists known incidents."
    ),
    lambda _: refused("GET /elt_syncs", 500),
)
TABLE.add(
    (
        "GET /things: Weld returned 502: a web page (Bad Gateway), not a response of Weld's (check weld:apiUrl "
        "and the proxy). Weld failed internally: retry later; https://status.weld.app lists known incidents."
    ),
    lambda _: read(502, "<html><title>Bad Gateway</title>"),
)

# What is none of Weld's answers ------------------------------------------------------------------------------------

TABLE.add(
    ("GET /things: the response has status 302, so it is not Weld's. Check weld:apiUrl (WELD_API_URL)."),
    lambda _: read(302, "{}"),
)
TABLE.add(
    (
        "GET /things: the response cannot be read: it is not JSON, or was cut off. Try again; if the problem "
        "persists, check weld:apiUrl (WELD_API_URL)."
    ),
    lambda _: read(200, "OK"),
)
TABLE.add(
    (
        "GET /things: a web page came back (Sign in) instead of Weld's response. Probably a proxy or a wrong "
        "host responded: check weld:apiUrl (WELD_API_URL) and the proxy settings."
    ),
    lambda _: read(200, "<html><title>Sign in</title>"),
)
TABLE.add(
    (
        "GET /things: the response is nested more than 100 levels deep, so it is not Weld's. Check weld:apiUrl "
        "(WELD_API_URL)."
    ),
    lambda _: read(200, "[" * 200 + "]" * 200),
)
TABLE.add(
    (
        "GET /things: the response is not proper Unicode (it holds a lone surrogate), so it is not Weld's. Check "
        "weld:apiUrl (WELD_API_URL)."
    ),
    lambda _: read(200, '{"a": "\\ud800"}'),
)


def listed(*pages: Any) -> str:
    """What is said of a list."""
    left = list(pages)
    return raised(lambda: list(read_all("/things", lambda _: left.pop(0), {})))


TABLE.add(("GET /things: the response is not a list. Check weld:apiUrl (WELD_API_URL)."), lambda _: listed(5))
TABLE.add(
    ("GET /things: there are more pages, but Weld returned no cursor. Try again."),
    lambda _: listed({"data": [{"name": "x"}], "has_more": True}),
)
TABLE.add(
    ("GET /things: the pages of the list do not end. Try again; if the problem persists, report it to Weld."),
    lambda _: listed(*[{"data": [{"id": "a"}], "has_more": True, "next_cursor": "c"}] * 3),
)
TABLE.add(
    ("GET /things: the list is longer than 200,000 entries, so it is not Weld's. Check weld:apiUrl (WELD_API_URL)."),
    lambda _: raised(lambda: ListBudget("/things").take_items(200_001)),
)
TABLE.add(
    ("GET /things: the list is larger than 3 MB, so it is not Weld's. Check weld:apiUrl (WELD_API_URL)."),
    lambda _: raised(lambda: ListBudget("/things", megabytes=3).take_bytes(4 * 1024**2)),
)
TABLE.add(
    ("GET /things: the list did not end within 60 s, so it is not Weld's. Check weld:apiUrl (WELD_API_URL)."),
    lambda _: raised(lambda: ListBudget("/things", seconds=60, clock=iter([0.0, 61.0]).__next__).take_items(1)),
)


def client_of(url: str, **settings: Any) -> WeldClient:
    """A client that waits for nothing."""
    made = Settings(KEY, url, **{"max_retries": 0, "request_timeout": 5.0, "key_source": OF_STACK, **settings})
    return WeldClient(made, Transport(made, Backoff(lambda _: None)))


def served(given: Any, act: Callable[[WeldClient], object], **settings: Any) -> str:
    """What is said of a server that answers so."""
    with RawServer(given) as server:
        return raised(lambda: act(client_of(server.url, **settings))).replace(server.host, "weld.test")


TABLE.add(
    (
        "GET /elt_syncs/x: the response does not look like Weld's (id: Input should be a valid string). Check "
        "weld:apiUrl (WELD_API_URL), and whether a newer weld-pulumi can read it."
    ),
    lambda _: served(json_answer({"id": []}), lambda client: client.get_sync("x")),
)
TABLE.add(
    ("POST /connection_bridges: the response has no authorization link. Try again."),
    lambda _: served(json_answer({"id": "b"}, 201), lambda client: client.create_bridge({"label": "x"})),
)
TABLE.add(("'..' is not a valid Weld id."), lambda _: served(json_answer([]), lambda client: client.get_sync("..")))
TABLE.add(
    (
        "POST /elt_syncs: Weld returned 400: the message is withheld because it may repeat elt_settings; "
        "WELD_TRACEBACK=1 shows it. Check the arguments; `weld-pulumi settings CONNECTION_ID` shows which "
        "elt_settings it accepts."
    ),
    lambda _: served(
        json_answer({"message": "no"}, 400), lambda client: client.create_sync({"elt_settings": {"token": "x"}})
    ),
)

# Redirects ---------------------------------------------------------------------------------------------------------


def moved(location: str) -> bytes:
    """An answer that redirects."""
    return answer("", 302, {"location": location})


TABLE.add(
    "GET /connections: redirected more than 3 times. Check weld:apiUrl.",
    lambda _: served(moved("/connections"), WeldClient.list_connections),
)
TABLE.add(
    (
        "GET /connections: weld.test redirects to another host (https://other.example); the key was not sent "
        "there. Check weld:apiUrl (WELD_API_URL): it must be the address of Weld's API itself, "
        "https://connect.weld.app."
    ),
    lambda _: served(moved("https://other.example/x"), WeldClient.list_connections),
)
TABLE.add(
    ("GET /connections: weld.test redirects to an invalid address. Check weld:apiUrl (WELD_API_URL)."),
    lambda _: served(moved("http://["), WeldClient.list_connections),
)
TABLE.add(
    "POST /elt_syncs: weld.test redirects a request that writes. Check weld:apiUrl (WELD_API_URL).",
    lambda _: served(moved("/x"), lambda client: client.create_sync({})),
)

# No answer ---------------------------------------------------------------------------------------------------------

TABLE.add(
    ("GET /connections: the response of weld.test broke off, or cannot be read. Try again."),
    lambda _: served(half(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n["), WeldClient.list_connections),
)
TABLE.add(
    ("GET /connections: the list is larger than 64 MB, so it is not Weld's. Check weld:apiUrl (WELD_API_URL)."),
    lambda _: served(answer(b" " * 70_000_000), WeldClient.list_connections),
)


@TABLE.reads(
    "GET /connections: no complete response from weld.test within 0.2 s. Try again, or raise weld:requestTimeout."
)
def no_answer_in_time(_: Stage) -> str:
    with RawServer() as server:
        server.answers = [server.hang]
        return raised(client_of(server.url, request_timeout=0.2).list_connections).replace(server.host, "weld.test")


def unreachable(failure: OSError) -> str:
    """What is said where no connection comes to be."""
    with patch("urllib3.util.connection.create_connection", side_effect=failure):
        return raised(client_of("https://weld.invalid").list_connections)


TABLE.add(
    (
        "GET /connections: weld.invalid cannot be reached: it refused the connection, so nothing listens there. "
        "Check weld:apiUrl (WELD_API_URL) and its port."
    ),
    lambda _: unreachable(OSError(errno.ECONNREFUSED, "refused")),
)
TABLE.add(
    (
        "GET /connections: weld.invalid cannot be reached: its name cannot be resolved (DNS). Check weld:apiUrl "
        "(WELD_API_URL) for a typo, and the network."
    ),
    lambda _: unreachable(socket.gaierror(-2, "unknown")),
)
TABLE.add(
    (
        "GET /connections: weld.invalid cannot be reached: it did not accept a connection in time (10 s at most). "
        "Check network, firewall and VPN, and weld:apiUrl (WELD_API_URL)."
    ),
    lambda _: unreachable(TimeoutError("slow")),
)
TABLE.add(
    "GET /connections: weld.invalid cannot be reached. Check the network and weld:apiUrl (WELD_API_URL).",
    lambda _: unreachable(OSError(errno.ENETUNREACH, "no route")),
)


@TABLE.reads(
    "GET /connections: the TLS connection to weld.test failed. Check weld:apiUrl, and clock and certificates "
    "of this machine."
)
def a_certificate_that_nobody_vouches_for(_: Stage) -> str:
    with RawServer(json_answer([]), tls=True) as server:
        return raised(client_of(server.url).list_connections).replace(server.host, "weld.test")


@TABLE.reads(
    "GET /connections: the proxy on the way to weld.invalid refused or failed. Check the proxy settings "
    "(HTTPS_PROXY, NO_PROXY)."
)
def a_proxy_that_refuses(_: Stage) -> str:
    with (
        RawServer(answer("who are you?", 407)) as proxy,
        patch.dict("os.environ", {"HTTPS_PROXY": proxy.url, "https_proxy": proxy.url, "NO_PROXY": "", "no_proxy": ""}),
    ):
        return raised(client_of("https://weld.invalid").list_connections)


@TABLE.reads(
    "GET /connections: the request to weld.invalid cannot be sent (OSError). Check weld:apiUrl (WELD_API_URL), "
    "the proxy settings (HTTPS_PROXY, ALL_PROXY) and REQUESTS_CA_BUNDLE."
)
def certificates_that_are_not_there(_: Stage) -> str:
    with patch.dict("os.environ", {"REQUESTS_CA_BUNDLE": "/nowhere/bundle.pem"}):
        return raised(client_of("https://weld.invalid").list_connections)


@TABLE.reads("POST /things: not sent, because the run that asked for it is gone.")
def nobody_wants_it_any_more(_: Stage) -> str:
    transport = Transport(Settings(KEY, "http://127.0.0.1:9"), is_abandoned=lambda: True)
    return raised(lambda: transport.request(Endpoint("POST", "/things", idempotent=False)))


@TABLE.reads("interrupted while waiting to retry a request.")
def interrupted_between_two_tries(_: Stage) -> str:
    with RawServer(answer(status=429, headers={"retry-after": "3600"})) as server:
        settings = Settings(KEY, server.url)
        return raised(WeldClient(settings, Transport(settings, Backoff(interruptible(lambda: True)))).list_connections)


@TABLE.reads(
    "DELETE /elt_syncs/<raw>: Weld returned 400 (fault): A fault was asked for: 400. Check in Weld what is "
    "blocking this, then retry. The sync <raw> was disabled for this, and could not be enabled again."
)
def a_sync_that_stays_disabled(stage: Stage) -> str:
    sync = stage.sync(stage.connection(), streams=["charges"], enabled=True)
    stage.weld.fault("status", "DELETE", f"/elt_syncs/{sync}", status=400, times=None)
    stage.weld.fault("status", "POST", f"/elt_syncs/{sync}/enable", status=500)
    settings = Settings(stage.weld.api_key, stage.weld.url, max_retries=0)
    return raised(lambda: WeldClient(settings).delete_sync(sync))
