"""A web server on a loopback port: it redirects browsers to Weld, and receives them when they come back.

Each connection that waits has a ticket: a short address that redirects to Weld's link, and a random state that the
browser brings back from Weld. Only a GET with one of these two has an effect; any other request gets an error page.
Browsers resolve ``localhost`` to either address family, so both are bound, and nothing beyond loopback.
"""

from __future__ import annotations

import errno
import hmac
import html
import re
import secrets
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from ..._text import printable_words

__all__ = ["Callback", "Listener", "Ticket", "shared_listener"]

_PATH = "/weld/authorized"
_LONGEST_TARGET = 2048
_PORTS_TRIED = 20
#: Seconds between two checks of a server whether it is to stop, for which the run waits.
_POLL_SECONDS = 0.02
#: Without characters that look alike: a person may have to type the code.
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_CODE_LENGTH = 5
#: Seconds for each wrong address, one at a time: codes cannot be found by trying.
_WRONG_SECONDS = 0.1
#: Characters of a link that a header may contain; any other one is escaped.
_OF_A_URL = "%/:?#[]@!$&'()*+,;=~"
_USABLE_ID = re.compile(r"(?!pending-)[A-Za-z0-9._~-]{1,200}\Z")


class Callback(NamedTuple):
    """What the browser brought back: the id of the connection, or why there is none."""

    connection_id: str | None = None
    refused: str | None = None


class _Page(NamedTuple):
    """What the person sees in the browser; with ``location`` the browser is redirected."""

    status: int
    title: str
    text: str
    location: str | None = None


_TOO_LONG = _Page(414, "Not accepted", "That address is too long to be Weld's.")
_NOTHING = _Page(404, "Not accepted", "There is nothing here.")
_FOREIGN = _Page(
    403, "Not accepted", "This address does not belong to the pulumi run that waits here, so nothing was done."
)
_USED = _Page(410, "Not accepted", "This address has already been used. You can close this tab.")
_OVER = _Page(410, "No longer waiting", "Run weld-pulumi authorize for a link that works.")
_NO_BROWSER = _Page(405, "Not accepted", "Only a browser that comes back from Weld is expected here.")
_AUTHORIZED = _Page(200, "Authorized", "You can close this tab; the terminal shows what comes next.")


class Ticket:
    """One connection that waits for a person.

    Attributes:
        state: random text that Weld sends back; proves that the request belongs to this run.
        code: path of the short address.
        address: short address on this machine that redirects to ``link``.
        link: Weld's page, once a bridge is open.
        port: the port of the listener.
        redirect_uri: where Weld is to send the browser.
        is_authorized: the connection exists, which a browser that comes back late is shown.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.port = port = listener.port
        self.state = secrets.token_urlsafe(24)
        self.code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        self.address = f"http://localhost:{port}/{self.code}"
        self.redirect_uri = f"http://localhost:{port}{_PATH}"
        self.link: str | None = None
        self.is_authorized = False
        self._is_over = False
        self._opened = threading.Event()
        self._answered = threading.Event()
        self._lock = threading.Lock()
        self._callback: Callback | None = None

    def count_waiting(self) -> int:
        """Return how many connections wait, this one included."""
        return self._listener.count_waiting()

    @property
    def is_open(self) -> bool:
        """Whether the run still waits."""
        return not self._is_over

    @property
    def was_opened(self) -> bool:
        """Whether a browser of this machine was sent to Weld."""
        return self._opened.is_set()

    def close(self, is_authorized: bool) -> None:
        """Record that the run no longer waits."""
        self.is_authorized, self._is_over = is_authorized, True

    def wait(
        self, seconds: float, wait: Callable[[threading.Event, float], object] = threading.Event.wait
    ) -> Callback | None:
        """Return what the browser brought back, or None if it has not come back in time.

        Args:
            seconds: the longest time to wait.
            wait: waits for an event at most that long; tests pass one that does not wait.
        """
        wait(self._answered, seconds)
        return self._callback if self._answered.is_set() else None

    def redirect(self) -> _Page:
        """Return the answer to the short address."""
        if self._is_over or not (self.link or "").startswith(("http://", "https://")):
            return _AUTHORIZED if self.is_authorized else _OVER
        self._opened.set()
        return _Page(303, "Weld", "Redirecting to Weld.", quote(self.link or "", safe=_OF_A_URL))

    def receive(self, callback: Callback) -> _Page:
        """Record what a browser brought back, the first time; return the page for it."""
        with self._lock:
            if self._callback is not None:
                return _USED
            self._callback = callback
        return _page_of(callback)

    def finish(self) -> None:
        """Let the waiting run continue, once the page has been sent."""
        if self._callback is not None:
            self._answered.set()


def _page_of(callback: Callback) -> _Page:
    if callback.refused is None:
        return _AUTHORIZED
    text = f"Weld reports: {callback.refused}. Nothing was connected; the terminal shows how to try again."
    return _Page(200, "Not authorized", text)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    listener: Listener

    def server_bind(self) -> None:
        # http.server would ask the name service for a name of this address, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: a browser that closes the connection is not an error of the run."""


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class Listener:
    """A server that listens until :meth:`close` or the end of the process.

    Args:
        port: where to listen; 0 for any free port.
        stands_in: replace the listener of a run that has ended. The states of that run are unknown, so no id that a
            browser brings back is used; but the browser is shown a page.

    Attributes:
        port: where it listens.
        came_back: set once a browser has been shown that page.

    Raises:
        OSError: the port is taken, or this machine does not allow listening.
    """

    def __init__(self, port: int = 0, stands_in: bool = False) -> None:
        self.came_back = threading.Event()
        self._stands_in = stands_in
        self._tickets: dict[str, Ticket] = {}
        self._lock = threading.Lock()
        self._wrong = threading.Lock()
        self._servers = self._bind(port)
        self.port = self._servers[0].server_port
        for server in self._servers:
            server.listener = self
            threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True).start()

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the port."""
        while self._servers:
            server = self._servers.pop()
            server.shutdown()
            server.server_close()

    def ticket(self) -> Ticket:
        """Return a ticket for one more connection that waits."""
        ticket = Ticket(self)
        with self._lock:
            self._tickets[ticket.code] = ticket
        return ticket

    def count_waiting(self) -> int:
        """Return how many connections wait."""
        with self._lock:
            return sum(ticket.is_open for ticket in self._tickets.values())

    def _bind(self, port: int) -> list[_Server]:
        for _ in range(_PORTS_TRIED):
            first = _Server(("127.0.0.1", port), _Handler)
            try:
                return [first, _ServerV6(("::1", first.server_port), _Handler)]
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    return [first]  # this machine has no IPv6
                first.server_close()
        raise OSError("no loopback port is free for IPv4 and IPv6 at once")

    def handle(self, target: str, host: str) -> tuple[_Page, Callable[[], object] | None]:
        """Handle a GET.

        Args:
            target: path and query.
            host: the request's ``Host`` header.

        Returns:
            The page that answers it, and what to call once that has been sent.
        """
        if len(target) > _LONGEST_TARGET:
            return _TOO_LONG, None
        if host.rpartition(":")[0] not in ("localhost", "127.0.0.1", "[::1]"):
            return _FOREIGN, None  # a web site whose name resolves to this machine
        parts = urlsplit(target)
        if parts.path == _PATH:
            return self._come_back(parse_qs(parts.query))
        with self._lock:
            ticket = self._tickets.get(target[1:])
        if ticket is not None:
            return ticket.redirect(), None
        if parts.path != "/favicon.ico":
            with self._wrong:
                time.sleep(_WRONG_SECONDS)
        return _NOTHING, None

    def _come_back(self, query: dict[str, list[str]]) -> tuple[_Page, Callable[[], object] | None]:
        state = _first(query, "state").encode()
        with self._lock:
            tickets = list(self._tickets.values())
        # All are compared, so that the time taken reveals nothing.
        found = [ticket for ticket in tickets if hmac.compare_digest(state, ticket.state.encode())]
        if found:
            return found[0].receive(_callback_of(query)), found[0].finish
        if self._stands_in:
            return _page_of(_callback_of(query)), self.came_back.set
        return _FOREIGN, None


_shared: list[Listener] = []
_sharing = threading.Lock()


def shared_listener() -> Listener:
    """Return the listener of this process, which is kept: a browser that comes back late is shown a page."""
    with _sharing:
        if not _shared:
            _shared.append(Listener())
        return _shared[0]


def _callback_of(query: dict[str, list[str]]) -> Callback:
    connection_id = _first(query, "connectionId") or _first(query, "connection_id")
    problem = _first(query, "error_description") or _first(query, "error")
    if problem or not _USABLE_ID.match(connection_id):
        # The reason is printed in a terminal.
        return Callback(refused=printable_words(problem)[:200] or "no usable connection was named")
    return Callback(connection_id=connection_id)


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server
    server_version, sys_version = "weld-pulumi", ""

    def do_GET(self) -> None:
        page, after = self.server.listener.handle(self.path, self.headers.get("host", ""))
        try:
            self._answer(page)
        finally:
            if after is not None:
                after()

    def _refuse(self) -> None:
        self._answer(_NO_BROWSER)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _refuse  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that http.server rejects."""
        self._answer(_Page(code, "Not accepted", _NO_BROWSER.text))

    def _answer(self, page: _Page) -> None:
        body = _html(page)
        self.send_response(page.status)
        for name, value in (
            *([("location", page.location)] if page.location else []),
            ("content-type", "text/html; charset=utf-8"),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: the address contains the state."""


_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 1rem; }
main { max-width: 30rem; margin: 12vh auto 0; border: 1px solid #8884; border-radius: 12px; padding: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
p { margin: 0; overflow-wrap: anywhere; }
"""


def _html(page: _Page) -> bytes:
    text = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(page.title)} - Weld and Pulumi</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{html.escape(page.title)}</h1><p>{html.escape(page.text)}</p></main></body></html>"
    )
    return text.encode(errors="replace")


def _first(query: dict[str, list[str]], name: str) -> str:
    values = query.get(name)
    return values[0] if values else ""
