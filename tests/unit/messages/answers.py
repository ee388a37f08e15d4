"""What Weld answers, what does not look like an answer of Weld's, and what becomes of a request without one."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import weld_pulumi as weld
from tests.support.raw_server import RawServer, answer, half, json_answer
from weld_pulumi.api.answers import read_answer
from weld_pulumi.api.client import WeldClient
from weld_pulumi.api.limits import ListBudget
from weld_pulumi.api.paging import read_all
from weld_pulumi.api.redaction import Redactor
from weld_pulumi.api.retries import Backoff, Kind, interruptible
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
    "POST /x: Weld answered 409 (quota): Too many. [request req-1] Delete one.",
    lambda _: str(weld.ConflictError(409, "quota", "Too many", "POST", "/x", "req-1", "Delete one.")),
)
TABLE.add("GET /x: Weld answered 500: Oops!", lambda _: str(weld.ServerError(500, None, "Oops!", "GET", "/x")))
TABLE.add("Weld answered 404 without a message.", lambda _: str(weld.NotFoundError(404)))
TABLE.add("GET /x: none.", lambda _: str(NotListedError(404, None, "none.", "GET", "/x")))


@TABLE.reads("creating the EltSync: GET /x: Weld answered 404: Gone. Try again.")
def an_error_in_an_operation(_: Stage) -> str:
    error = weld.NotFoundError(404, None, "Gone.", "GET", "/x")
    error.operation = "creating the EltSync"
    error.advise("Try again.")
    return str(error)


# Weld's errors, and what to do next --------------------------------------------------------------------------------


def read(status: int, body: str, request: str = "GET /things", **given: Any) -> str:
    """What is said of an answer."""
    settings = Settings(KEY, **{"key_source": OF_STACK, **given})
    method, path = request.split()
    return raised(lambda: read_answer(method, path, status, {}, body.encode(), settings, Redactor((KEY,))))


def refused(request: str, status: int, **given: Any) -> str:
    """What is said where Weld says no."""
    return read(status, '{"message": "No."}', request, **given)


TABLE.add(
    (
        "POST /elt_syncs: Weld answered 400: No. Compare the arguments with what Weld says; `weld-pulumi settings "
        "CONNECTION_ID` shows which elt_settings it takes."
    ),
    lambda _: refused("POST /elt_syncs", 400),
)
TABLE.add(
    "POST /connection_bridges: Weld answered 400: No. Compare the arguments with what Weld says.",
    lambda _: refused("POST /connection_bridges", 400),
)
TABLE.add(
    (
        "GET /elt_syncs: Weld answered 401: No. The key in use is weld:apiKey in the stack configuration. Make a "
        "new one in Weld under Settings -> API Keys, then either run `pulumi config set --secret weld:apiKey` and "
        "paste it, or set the environment variable WELD_API_KEY."
    ),
    lambda _: refused("GET /elt_syncs", 401),
)
TABLE.add(
    (
        "GET /elt_syncs: Weld answered 401: No. The key in use is weld:apiKey in the weld.Provider 'team-b'. Make "
        "a new one in Weld under Settings -> API Keys, then give it to the weld.Provider 'team-b' as its argument "
        "`api_key`."
    ),
    lambda _: refused("GET /elt_syncs", 401, key_source=OF_PROVIDER),
)
TABLE.add(
    "POST /elt_syncs: Weld answered 402: No. See in Weld whether the plan of the workspace covers it.",
    lambda _: refused("POST /elt_syncs", 402),
)
TABLE.add(
    (
        "POST /elt_syncs: Weld answered 404: No. See whether the connection exists (`weld-pulumi connections` "
        "lists them). Check weld:apiUrl (WELD_API_URL)."
    ),
    lambda _: refused("POST /elt_syncs", 404),
)
TABLE.add(
    "GET /elt_syncs: Weld answered 404: No. Check weld:apiUrl (WELD_API_URL).", lambda _: refused("GET /elt_syncs", 404)
)
TABLE.add(
    (
        "GET /elt_syncs/x: Weld answered 404: No. Check the id, and whether the key is that of the workspace that "
        "has it."
    ),
    lambda _: refused("GET /elt_syncs/x", 404),
)
TABLE.add(
    (
        "PUT /elt_syncs: Weld answered 405: No. Check weld:apiUrl (WELD_API_URL), and see whether there is a newer "
        "weld-pulumi."
    ),
    lambda _: refused("PUT /elt_syncs", 405),
)
TABLE.add("GET /elt_syncs: Weld answered 408: No. Run it again.", lambda _: refused("GET /elt_syncs", 408))
TABLE.add(
    (
        "POST /elt_syncs: Weld answered 409: No. By Weld's contract this means that the connection has reached the "
        "maximum number of syncs it allows: remove one of them (`weld-pulumi syncs` lists them), or use another "
        "connection."
    ),
    lambda _: refused("POST /elt_syncs", 409),
)
TABLE.add(
    ("POST /elt_syncs/x/enable: Weld answered 409: No. Look in Weld for what stands against it, then run it again."),
    lambda _: refused("POST /elt_syncs/x/enable", 409),
)
TABLE.add(
    "GET /elt_syncs: Weld answered 429: No. Weld asks for fewer requests: wait a minute and run it again.",
    lambda _: refused("GET /elt_syncs", 429),
)
TABLE.add(
    (
        "GET /elt_syncs: Weld answered 500: No. Weld itself failed: run it again in a while; "
        "https://status.weld.app tells of known trouble."
    ),
    lambda _: refused("GET /elt_syncs", 500),
)
TABLE.add(
    (
        "GET /things: Weld answered 502: a web page (Bad Gateway), not one of Weld's answers (check weld:apiUrl "
        "and the proxy). Weld itself failed: run it again in a while; https://status.weld.app tells of known "
        "trouble."
    ),
    lambda _: read(502, "<html><title>Bad Gateway</title>"),
)

# What is none of Weld's answers ------------------------------------------------------------------------------------

TABLE.add(
    "GET /things: the answer has the status 302, which Weld does not give. Check weld:apiUrl (WELD_API_URL).",
    lambda _: read(302, "{}"),
)
TABLE.add(
    (
        "GET /things: the answer cannot be read: it is not JSON, or was cut off. Try again; if it stays, check "
        "weld:apiUrl (WELD_API_URL)."
    ),
    lambda _: read(200, "OK"),
)
TABLE.add(
    (
        "GET /things: a web page came back (Sign in) instead of Weld's answer. A proxy or a wrong host answers in "
        "Weld's place: check weld:apiUrl (WELD_API_URL) and the proxy settings."
    ),
    lambda _: read(200, "<html><title>Sign in</title>"),
)
TABLE.add(
    (
        "GET /things: the answer is nested more than 100 levels deep, as none of Weld's is. Check weld:apiUrl "
        "(WELD_API_URL)."
    ),
    lambda _: read(200, "[" * 200 + "]" * 200),
)
TABLE.add(
    (
        "GET /things: the answer is not proper Unicode (it holds a lone surrogate), as none of Weld's is. Check "
        "weld:apiUrl (WELD_API_URL)."
    ),
    lambda _: read(200, '{"a": "\\ud800"}'),
)


def listed(*pages: Any) -> str:
    """What is said of a list."""
    left = list(pages)
    return raised(lambda: list(read_all("/things", lambda _: left.pop(0), {})))


TABLE.add("GET /things: the answer is not a list. Check weld:apiUrl (WELD_API_URL).", lambda _: listed(5))
TABLE.add(
    "GET /things: there are more pages, but Weld does not say where. Try again.",
    lambda _: listed({"data": [{"name": "x"}], "has_more": True}),
)
TABLE.add(
    "GET /things: the pages of the list do not end. Try again; if it stays, tell Weld.",
    lambda _: listed(*[{"data": [{"id": "a"}], "has_more": True, "next_cursor": "c"}] * 3),
)
TABLE.add(
    (
        "GET /things: the list is longer than 200,000 entries, which no list of Weld does. Check weld:apiUrl "
        "(WELD_API_URL)."
    ),
    lambda _: raised(lambda: ListBudget("/things").take_items(200_001)),
)
TABLE.add(
    "GET /things: the list is larger than 3 MB, which no list of Weld does. Check weld:apiUrl (WELD_API_URL).",
    lambda _: raised(lambda: ListBudget("/things", megabytes=3).take_bytes(4 * 1024**2)),
)
TABLE.add(
    ("GET /things: the list did not end within 60 s, which no list of Weld does. Check weld:apiUrl (WELD_API_URL)."),
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
        "GET /elt_syncs/x: the answer does not look like Weld's (id: Input should be a valid string). Check "
        "weld:apiUrl (WELD_API_URL), or see whether a newer weld-pulumi knows this answer."
    ),
    lambda _: served(json_answer({"id": []}), lambda client: client.get_sync("x")),
)
TABLE.add(
    "POST /connection_bridges: Weld's answer has no link to authorize with. Try again.",
    lambda _: served(json_answer({"id": "b"}, 201), lambda client: client.create_bridge({"label": "x"})),
)
TABLE.add("'..' is no id of Weld's.", lambda _: served(json_answer([]), lambda client: client.get_sync("..")))
TABLE.add(
    (
        "POST /elt_syncs: Weld answered 400: what it says is withheld, since it may repeat elt_settings; "
        "WELD_TRACEBACK=1 shows it. Check the arguments; `weld-pulumi settings CONNECTION_ID` shows which "
        "elt_settings it takes."
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
        "there. Check weld:apiUrl (WELD_API_URL): it must name Weld's API itself, https://connect.weld.app."
    ),
    lambda _: served(moved("https://other.example/x"), WeldClient.list_connections),
)
TABLE.add(
    "GET /connections: weld.test redirects to what is no address. Check weld:apiUrl (WELD_API_URL).",
    lambda _: served(moved("http://["), WeldClient.list_connections),
)
TABLE.add(
    "POST /elt_syncs: weld.test redirects a request that writes. Check weld:apiUrl (WELD_API_URL).",
    lambda _: served(moved("/x"), lambda client: client.create_sync({})),
)

# No answer ---------------------------------------------------------------------------------------------------------

TABLE.add(
    "GET /connections: the answer of weld.test broke off, or cannot be read. Try again.",
    lambda _: served(half(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n["), WeldClient.list_connections),
)
TABLE.add(
    ("GET /connections: the list is larger than 64 MB, which no list of Weld does. Check weld:apiUrl (WELD_API_URL)."),
    lambda _: served(answer(b" " * 70_000_000), WeldClient.list_connections),
)


@TABLE.reads("GET /connections: no whole answer from weld.test within 0.2 s. Try again, or raise weld:requestTimeout.")
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


@TABLE.reads("POST /things: not sent, since the run that wanted it is gone.")
def nobody_wants_it_any_more(_: Stage) -> str:
    transport = Transport(Settings(KEY, "http://127.0.0.1:9"), is_abandoned=lambda: True)
    return raised(lambda: transport.request(Kind.ONCE, "POST", "/things"))


@TABLE.reads("interrupted while waiting to send a request again.")
def interrupted_between_two_tries(_: Stage) -> str:
    with RawServer(answer(status=429, headers={"retry-after": "3600"})) as server:
        settings = Settings(KEY, server.url)
        return raised(WeldClient(settings, Transport(settings, Backoff(interruptible(lambda: True)))).list_connections)


@TABLE.reads(
    "DELETE /elt_syncs/<raw>: Weld answered 400 (fault): A fault was asked for: 400. For this the sync <raw> "
    "was disabled, and could not be enabled again. Look in Weld for what stands against it, then run it again."
)
def a_sync_that_stays_disabled(stage: Stage) -> str:
    sync = stage.sync(stage.connection(), streams=["charges"], enabled=True)
    stage.weld.fault("status", "DELETE", f"/elt_syncs/{sync}", status=400, times=None)
    stage.weld.fault("status", "POST", f"/elt_syncs/{sync}/enable", status=500)
    settings = Settings(stage.weld.api_key, stage.weld.url, max_retries=0)
    return raised(lambda: WeldClient(settings).delete_sync(sync))
