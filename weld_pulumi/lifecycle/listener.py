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
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["Callback", "Listener"]

_PATH = "/weld/authorized"
_LONGEST_TARGET = 2048
_LONGEST_ID = 200
_PORTS_TRIED = 20


@dataclass(frozen=True)
class Callback:
    """What the browser brought: the connection's id, or why there is none."""

    connection_id: str | None = None
    refused: str | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    listener: Listener


class _ServerV6(_Server):
    address_family = socket.AF_INET6


class Listener:
    """Listens from ``with`` to its end, or until the one request has come.

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
        self.redirect_uri = f"http://localhost:{self._servers[0].server_address[1]}{_PATH}"

    def __enter__(self) -> Listener:
        for server in self._servers:
            server.listener = self
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def wait(self, seconds: float) -> Callback | None:
        """Return what the browser brought, waiting at most so long for it."""
        self._heard.wait(seconds)
        return self._callback

    def _bind(self) -> list[_Server]:
        for _ in range(_PORTS_TRIED):
            first = _Server(("127.0.0.1", 0), _Handler)
            try:
                return [first, _ServerV6(("::1", first.server_address[1]), _Handler)]
            except OSError as error:
                if not _taken(error):
                    return [first]  # this machine has no IPv6
                first.server_close()
        raise OSError("no loopback port is free for IPv4 and IPv6 at once")

    def hear(self, target: str) -> tuple[int, str]:
        """Judge one request; return the status and the text of the page."""
        if len(target) > _LONGEST_TARGET:
            return 414, "That address is too long to be Weld's."
        parts = urlsplit(target)
        if parts.path != _PATH:
            return 404, "There is nothing here."
        query = parse_qs(parts.query)
        if not hmac.compare_digest(_first(query, "state").encode(), self.state.encode()):
            return 403, "This address does not belong to the pulumi run that waits here, so nothing was done."
        connection_id = _first(query, "connectionId") or _first(query, "connection_id")
        problem = _first(query, "error_description") or _first(query, "error")
        if problem or not connection_id or len(connection_id) > _LONGEST_ID:
            callback = Callback(refused=" ".join(problem.split())[:200] or "Weld named no connection")
            page = (
                f"Weld did not authorise the connection: {callback.refused}. Go back to the terminal to see what to do."
            )
        else:
            callback = Callback(connection_id=connection_id)
            page = "Authorised. You can close this tab."
        with self._lock:
            if self._callback is not None:
                return 410, "This was used already. You can close this tab."
            self._callback = callback
        return 200, page

    def done(self) -> None:
        """Let the waiting run go on, once the page has been sent."""
        if self._callback is not None:
            self._heard.set()


class _Handler(BaseHTTPRequestHandler):
    timeout = 10
    server: _Server

    def do_GET(self) -> None:
        status, text = self.server.listener.hear(self.path)
        self._page(status, text)
        self.server.listener.done()

    def _refuse(self) -> None:
        self._page(405, "Only a browser that comes back from Weld is expected here.")

    do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _refuse  # noqa: N815

    def _page(self, status: int, text: str) -> None:
        body = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>Weld and Pulumi</title>"
            "<style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:34rem;padding:0 1rem}</style>"
            f"<main><h1>{'Weld and Pulumi' if status == 200 else 'Not accepted'}</h1>"
            f"<p>{html.escape(text)}</p></main></html>"
        ).encode()
        self.send_response(status)
        for name, value in (
            ("content-type", "text/html; charset=utf-8"),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the address holds the state."""


def _first(query: dict[str, list[str]], name: str) -> str:
    values = query.get(name)
    return values[0] if values else ""


def _taken(error: OSError) -> bool:
    return error.errno in (errno.EADDRINUSE, errno.EACCES)
