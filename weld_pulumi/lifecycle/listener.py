"""A one-shot listener on a loopback port that hears when a person has authorised a connection.

Only one request counts: GET on the expected path with the expected random state. Everything else is answered with an
error and changes nothing. Browsers resolve ``localhost`` to either address family, so both are bound, and nothing
beyond loopback.
"""

from __future__ import annotations

import errno
import hmac
import html
import secrets
import socket
import socketserver
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

__all__ = ["Callback", "Listener"]

_PATH = "/weld/authorized"
_LONGEST_TARGET = 2048
_LONGEST_ID = 200
_PORTS_TRIED = 20
# A server looks so often whether it is to end, and the run waits for that.
_POLL_SECONDS = 0.02


class Callback(NamedTuple):
    """What the browser brought: the connection's id, or why there is none."""

    connection_id: str | None = None
    refused: str | None = None


class _Page(NamedTuple):
    """What the person sees in the browser."""

    status: int
    title: str
    text: str


_TOO_LONG = _Page(414, "Not accepted", "That address is too long to be Weld's.")
_NOTHING = _Page(404, "Not accepted", "There is nothing here.")
_FOREIGN = _Page(
    403, "Not accepted", "This address does not belong to the pulumi run that waits here, so nothing was done."
)
_USED = _Page(410, "Not accepted", "This was used already. You can close this tab.")
_NO_BROWSER = _Page(405, "Not accepted", "Only a browser that comes back from Weld is expected here.")
_AUTHORISED = _Page(200, "Authorised", "Pulumi goes on by itself. You can close this tab.")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    listener: Listener

    def server_bind(self) -> None:
        # http.server would ask the name service for a name of this address, which can take seconds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that hangs up is no error of the run."""


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class Listener:
    """Listens from ``with`` to its end, or until :meth:`close`.

    Attributes:
        state: random text that Weld echoes; proof that the request belongs to this run.
        redirect_uri: where Weld is to send the browser.
    """

    def __init__(self) -> None:
        self.state = secrets.token_urlsafe(24)
        self._heard = threading.Event()
        self._lock = threading.Lock()
        self._callback: Callback | None = None
        self._servers = self._bind()
        self.redirect_uri = f"http://localhost:{self._servers[0].server_port}{_PATH}"

    def __enter__(self) -> Listener:
        for server in self._servers:
            server.listener = self
            threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back."""
        while self._servers:
            server = self._servers.pop()
            server.shutdown()
            server.server_close()

    def wait(
        self, seconds: float, wait: Callable[[threading.Event, float], object] = threading.Event.wait
    ) -> Callback | None:
        """Return what the browser brought, waiting at most so long for it; ``wait`` does the waiting."""
        wait(self._heard, seconds)
        return self._callback if self._heard.is_set() else None

    def _bind(self) -> list[_Server]:
        for _ in range(_PORTS_TRIED):
            first = _Server(("127.0.0.1", 0), _Handler)
            try:
                return [first, _ServerV6(("::1", first.server_port), _Handler)]
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    return [first]  # this machine has no IPv6
                first.server_close()
        raise OSError("no loopback port is free for IPv4 and IPv6 at once")

    def hear(self, target: str) -> _Page:
        """Judge one request; return the page that answers it."""
        if len(target) > _LONGEST_TARGET:
            return _TOO_LONG
        parts = urlsplit(target)
        if parts.path != _PATH:
            return _NOTHING
        query = parse_qs(parts.query)
        if not hmac.compare_digest(_first(query, "state").encode(), self.state.encode()):
            return _FOREIGN
        callback = _callback_of(query)
        with self._lock:
            if self._callback is not None:
                return _USED
            self._callback = callback
        if callback.refused is None:
            return _AUTHORISED
        text = f"Weld says: {callback.refused}. Nothing was connected; the terminal tells how to try again."
        return _Page(200, "Not authorised", text)

    def done(self) -> None:
        """Let the waiting run go on, once the page has been sent."""
        if self._callback is not None:
            self._heard.set()


def _callback_of(query: dict[str, list[str]]) -> Callback:
    connection_id = _first(query, "connectionId") or _first(query, "connection_id")
    problem = _first(query, "error_description") or _first(query, "error")
    if problem or not connection_id or len(connection_id) > _LONGEST_ID:
        # It goes to a terminal.
        words = "".join(letter if letter.isprintable() else " " for letter in problem).split()
        return Callback(refused=" ".join(words)[:200] or "no connection was named")
    return Callback(connection_id=connection_id)


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server
    server_version, sys_version = "weld-pulumi", ""

    def do_GET(self) -> None:
        try:
            self._answer(self.server.listener.hear(self.path))
        finally:
            self.server.listener.done()

    def _refuse(self) -> None:
        self._answer(_NO_BROWSER)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _refuse  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what http.server itself does not understand."""
        self._answer(_Page(code, "Not accepted", _NO_BROWSER.text))

    def _answer(self, page: _Page) -> None:
        body = _html(page)
        self.send_response(page.status)
        for name, value in (
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
        """Say nothing: the address holds the state."""


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
