"""What a request passes before the endpoints see it: the check of its host, of its key, and of its rate.

The middleware is plain ASGI, which is faster than the framework's own.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse

from ..config import is_loopback
from .domain.bridges import authorize_due
from .errors import ApiError
from .serializers import Serializer

__all__ = ["CONTROL_PATH", "ApiMiddleware", "App", "HostMiddleware", "Message", "Receive", "Scope", "Send", "key_state"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTROL_PATH = "/_simulator/"
_PAGES = frozenset({"/", "/authorize", "/openapi.json", "/favicon.ico"})
_LARGEST_BODY = 32 * 1024 * 1024
_WRONG_HOST = "This is the Weld simulator; use the address that it printed, or localhost.\n"
_ALL_NETWORKS = ("0.0.0.0", "::")
_IPV4_IN_IPV6 = "::ffff:"


class HostMiddleware:
    """Rejects requests for other hosts, reads the body, and separates the API from the pages.

    A web page can make its own name resolve to this machine (DNS rebinding), so only names of this machine are
    accepted. The values of `state` are added to the state of each request.
    """

    def __init__(self, api: App, pages: App, host: str, state: dict[str, Any]) -> None:
        self._api = api
        self._pages = pages
        self._host = host
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the API or to the pages."""
        if not _accepts_host(_header(scope, b"host"), self._host, scope["server"][0]):
            await PlainTextResponse(_WRONG_HOST, 421)(scope, receive, send)
            return
        body = await _read(receive)
        scope["state"] = {**self._state, "body": body}
        path = scope["path"]
        app = self._pages if path in _PAGES or path.startswith(CONTROL_PATH) else self._api
        await app(scope, _replay(body, receive), send)


class ApiMiddleware:
    """Rejects API requests without the key, with a huge body, or beyond the rate limit."""

    def __init__(self, app: App, serializer: Serializer, api_key: str) -> None:
        self._app = app
        self._serializer = serializer
        self._workspace = serializer.workspace
        self._api_key = api_key
        self._requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the endpoints, or send an error."""
        try:
            self._check(scope)
        except ApiError as error:
            await self._serializer.error(error)(scope, receive, send)
            return
        if self._workspace.auto_authorize:
            with self._workspace.write():
                authorize_due(self._workspace)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        key = key_state(scope, self._api_key)
        if key != "right":
            raise ApiError(401, "unauthorized", f"x-api-key: the key is {key}.")
        if len(scope["state"]["body"]) > _LARGEST_BODY:
            raise ApiError(413, "payload_too_large", "The body is too large.")
        self._check_rate()

    def _check_rate(self) -> None:
        variants = self._workspace.variants
        if variants["rate_limit"] == "none":
            return
        self._requests += 1
        if self._requests % max(1, int(variants.number("rate_limit_every"))) == 0:
            headers = _retry_after(variants["rate_limit"], variants.number("rate_limit_seconds"))
            raise ApiError(429, "rate_limited", "Too many requests.", headers)


def key_state(scope: Scope, api_key: str) -> str:
    """Return whether the key of a request is right, wrong or missing."""
    sent = [value for name, value in scope["headers"] if name == b"x-api-key"]
    if not sent:
        return "missing"
    return "right" if len(sent) == 1 and hmac.compare_digest(sent[0], api_key.encode()) else "wrong"


def _retry_after(form: str, seconds: float) -> dict[str, str]:
    if form == "bare":
        return {}
    if form == "date":
        # A date has whole seconds, so it is rounded up.
        return {"retry-after": formatdate(int(time.time() + seconds) + 1, usegmt=True)}
    return {"retry-after": f"{seconds:g}"}


def _accepts_host(header: str, listens_on: str, reached_at: str) -> bool:
    """Return whether a Host header names this simulator.

    Args:
        header: the Host header.
        listens_on: the host that the simulator was given.
        reached_at: the address of this end of the connection, which counts where it listens on all networks.
    """
    host = _host_of(header)
    if host is None:
        return False
    own = reached_at.removeprefix(_IPV4_IN_IPV6) if listens_on in _ALL_NETWORKS else listens_on
    return is_loopback(host) or host == own.lower()


def _host_of(header: str) -> str | None:
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.netloc == header and "@" not in header else None


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _read(receive: Receive) -> bytes:
    """Read the body; of one that is too large, keep little more than is allowed."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        if size <= _LARGEST_BODY:
            parts.append(message.get("body", b""))
            size += len(parts[-1])
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a channel that delivers the body again, then what comes after it."""
    delivered = False

    async def replayed() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
