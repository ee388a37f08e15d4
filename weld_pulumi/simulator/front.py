"""What a request passes before Weld's endpoints see it: host, log, latency, faults, key, rate limit.

This is plain ASGI, for speed, and because a fault needs the connection itself.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from typing import Any

from .app import BODY
from .domain.bridges import settle
from .errors import ApiError, render_error
from .faults import Fault, Faults
from .hosts import answers_to
from .requestlog import Entry, RequestLog
from .routes.common import WORLD
from .values import to_json
from .world import World

__all__ = ["FRONT", "TRANSPORT", "Front"]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Where the server leaves the connection, and where the front leaves itself for the control endpoints.
TRANSPORT = "weld_simulator.transport"
FRONT = "weld_simulator.front"

CONTROL = "/_simulator/"
_OPEN_PATHS = frozenset({"/", "/authorize", "/openapi.json", "/favicon.ico"})
_LARGEST_BODY = 32 * 1024 * 1024
_NOT_MEANT_FOR_US = b"This is the Weld simulator; ask it by the address that it printed, or as localhost.\n"
_PROXY_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Network sign-in</h1></body></html>"


class Front:
    """An ASGI application around the endpoints, for one simulator."""

    def __init__(self, app: App, world: World, api_key: str, latency_ms: float = 0, host: str = "127.0.0.1") -> None:
        self.app = app
        self.host = host
        self.world = world
        self.log = RequestLog(api_key)
        self.faults = Faults()
        self.latency_ms = latency_ms
        self._key = api_key.encode()
        self._asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not answers_to(_header(scope, b"host"), self.host, scope["server"][0]):
            await _send(send, 421, {"content-type": "text/plain; charset=utf-8"}, _NOT_MEANT_FOR_US)
            return
        body = await _read(receive)
        scope[WORLD], scope[FRONT], scope[BODY] = self.world, self, body
        path = scope["path"]
        if path in _OPEN_PATHS or path.startswith(CONTROL):
            await self.app(scope, _replay(body, receive), send)
            return
        entry = self.log.add(scope, body, self._key_of(scope))
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
        fault = self.faults.match(scope["method"], path)
        if fault is None:
            await self._answer(scope, body, entry, receive, send)
        else:
            entry.fault = fault.action
            await self._fail(fault, scope, body, entry, receive, send)

    async def _answer(self, scope: Scope, body: bytes, entry: Entry, receive: Receive, send: Send) -> None:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.answered(message["status"])
            await send(message)

        try:
            self._admit(entry, body)
        except _RefusedError as refused:
            await _send(noting, refused.status, refused.headers, refused.body)
            return
        if self.world.auto_authorize:
            with self.world.write():
                settle(self.world)
        await self.app(scope, _replay(body, receive), noting)

    def _admit(self, entry: Entry, body: bytes) -> None:
        """Raise the answer to whom the endpoints should not see."""
        if entry.key != "right":
            status, _, shape = self.world.readings["refused_key"].partition("_")
            text = "x-api-key: the key is missing." if entry.key == "missing" else "x-api-key: the key is wrong."
            raise self._refusal(ApiError(int(status), "unauthorized", text, shape=shape or None))
        if len(body) > _LARGEST_BODY:
            raise self._refusal(ApiError(413, "payload_too_large", "The body is too large."))
        limit = self.world.readings["rate_limit"]
        if limit == "none":
            return
        self._asked += 1
        if self._asked % max(1, int(self.world.readings.number("rate_limit_every"))) == 0:
            seconds = self.world.readings.number("rate_limit_seconds")
            raise self._refusal(ApiError(429, "rate_limited", "Too many requests."), _retry_after(limit, seconds))

    def _refusal(self, error: ApiError, headers: dict[str, str] | None = None) -> _RefusedError:
        media_type, body = render_error(self.world.readings, error)
        return _RefusedError(
            error.status, {**({"content-type": media_type} if media_type else {}), **(headers or {})}, body
        )

    def _key_of(self, scope: Scope) -> str:
        sent = [value for name, value in scope["headers"] if name == b"x-api-key"]
        if not sent:
            return "missing"
        return "right" if len(sent) == 1 and hmac.compare_digest(sent[0], self._key) else "wrong"

    async def _fail(self, fault: Fault, scope: Scope, body: bytes, entry: Entry, receive: Receive, send: Send) -> None:
        status, headers, answer = 504, dict[str, str](), b""
        if fault.acts:
            status, headers, answer = await self._captured(scope, body, entry, receive)
        if fault.action in ("drop_before", "drop_after"):
            entry.answered(None)
            await _hang_up(scope, receive)
        elif fault.action == "truncate":
            entry.answered(status)
            await _send_half(scope, receive, send, status, headers, answer)
        else:
            if fault.action == "slow":
                # Nothing has reached the client yet, so the log shows no answer either.
                entry.answered(None)
                await _wait(fault.seconds, receive)
            status, headers, answer = self._spoilt(fault, status, headers, answer)
            entry.answered(status)
            await _send(send, status, headers, answer)

    async def _captured(
        self, scope: Scope, body: bytes, entry: Entry, receive: Receive
    ) -> tuple[int, dict[str, str], bytes]:
        status, headers, parts = 500, dict[str, str](), list[bytes]()

        async def keep(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
            else:
                parts.append(message.get("body", b""))

        await self._answer(scope, body, entry, receive, keep)
        return status, headers, b"".join(parts)

    def _spoilt(
        self, fault: Fault, status: int, headers: dict[str, str], answer: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        if fault.action == "invalid_json":
            return (200 if status == 204 else status), {"content-type": "application/json"}, b'{"data": [{"id": '
        if fault.action == "html_200":
            return fault.status or 200, {"content-type": "text/html", **_lower(fault.headers)}, _PROXY_PAGE
        if fault.action == "redirect":
            return fault.status or 307, {"location": fault.url or "", **_lower(fault.headers)}, b""
        if fault.action == "status":
            return self._made_up(fault)
        return status, {name: value for name, value in headers.items() if name != "content-length"}, answer

    def _made_up(self, fault: Fault) -> tuple[int, dict[str, str], bytes]:
        status = fault.status or 500
        if fault.body is None:
            made = self._refusal(ApiError(status, "fault", f"A fault was asked for: {status}."), fault.headers)
            return status, made.headers, made.body
        text = fault.body if isinstance(fault.body, str) else None
        body = text.encode() if text is not None else to_json(fault.body)
        media_type = "text/plain; charset=utf-8" if text is not None else "application/json"
        return status, {"content-type": media_type, **_lower(fault.headers)}, body


class _RefusedError(Exception):
    """An answer that is given in the endpoints' place."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.headers = _lower(headers)
        self.body = body


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _retry_after(limit: str, seconds: float) -> dict[str, str]:
    if limit == "bare":
        return {}
    if limit == "date":
        # A date knows whole seconds only, so it is rounded up.
        return {"retry-after": formatdate(int(time.time() + seconds) + 1, usegmt=True)}
    return {"retry-after": f"{seconds:g}"}


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _read(receive: Receive) -> bytes:
    """The body; of one that is too large, little more than what is allowed is kept."""
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
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    if status >= 200 and status not in (204, 304):
        pairs = [pair for pair in pairs if pair[0] != b"content-length"]
        pairs.append((b"content-length", str(len(body)).encode()))
    else:
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def _send_half(
    scope: Scope, receive: Receive, send: Send, status: int, headers: dict[str, str], body: bytes
) -> None:
    transport = scope["extensions"][TRANSPORT]
    if body:
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    else:
        transport.write(b"HTTP/1.1 ")
    transport.close()
    await _gone(receive)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    scope["extensions"][TRANSPORT].abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Wait until the server has seen that the connection is closed; then it expects no answer any more."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _wait(seconds: float, receive: Receive) -> None:
    """Sleep, but not longer than the other side is there."""
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except asyncio.TimeoutError:
        return
