"""Carries out faults: delays, drops and spoils responses of the API."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from starlette.responses import Response

from ..errors import ApiError
from ..middleware import App, Message, Receive, Scope, Send
from ..serializers import Serializer
from ..server import TRANSPORT
from ..values import to_json
from .faults import Fault, Faults
from .request_log import entry_of

__all__ = ["FaultMiddleware"]

_PROXY_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Network sign-in</h1></body></html>"
_WITHOUT_BODY = (204, 304)


class _Captured(NamedTuple):
    """A response that was not sent."""

    status: int
    headers: dict[str, str]
    body: bytes


_NOT_CARRIED_OUT = _Captured(504, {}, b"")


class FaultMiddleware:
    """Applies the rules in force to each request."""

    def __init__(self, app: App, serializer: Serializer, faults: Faults) -> None:
        self._app = app
        self._serializer = serializer
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, after the latency; or let it go wrong."""
        if self._faults.latency_ms:
            await asyncio.sleep(self._faults.latency_ms / 1000)
        fault = self._faults.match(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
            return
        entry = entry_of(scope)
        entry.fault = fault.action
        captured = await self._capture(scope, receive) if fault.acts else _NOT_CARRIED_OUT
        if fault.action in ("drop_before", "drop_after"):
            entry.answered(None)
            await _drop(scope, receive)
        elif fault.action == "truncate":
            entry.answered(captured.status)
            await _send_half(scope, receive, send, captured)
        else:
            if fault.action == "slow":
                await _wait(fault.seconds, receive)
            await self._spoiled(fault, captured)(scope, receive, send)

    async def _capture(self, scope: Scope, receive: Receive) -> _Captured:
        """Carry out a request and return its response."""
        status, headers, parts = 500, dict[str, str](), list[bytes]()

        async def keep(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in message["headers"]}
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, keep)
        return _Captured(status, headers, b"".join(parts))

    def _spoiled(self, fault: Fault, captured: _Captured) -> Response:
        headers = {name.lower(): value for name, value in fault.headers.items() if name.lower() != "content-length"}
        if fault.action == "invalid_json":
            status = 200 if captured.status == 204 else captured.status
            return Response('{"data": [{"id": ', status, media_type="application/json")
        if fault.action == "html_200":
            return Response(_PROXY_PAGE, fault.status or 200, {"content-type": "text/html", **headers})
        if fault.action == "redirect":
            return Response(None, fault.status or 307, {"location": fault.url or "", **headers})
        if fault.action == "status":
            return self._with_status(fault.status or 500, fault.body, headers)
        original = {name: value for name, value in captured.headers.items() if name != "content-length"}
        return Response(captured.body, captured.status, original)

    def _with_status(self, status: int, body: object, headers: dict[str, str]) -> Response:
        if body is None:
            response = self._serializer.error(ApiError(status, "fault", f"A fault was asked for: {status}.", headers))
        elif isinstance(body, str):
            response = Response(body, status, {"content-type": "text/plain; charset=utf-8", **headers})
        else:
            response = Response(to_json(body), status, {"content-type": "application/json", **headers})
        if status in _WITHOUT_BODY:
            response.body = b""
        return response


async def _send_half(scope: Scope, receive: Receive, send: Send, captured: _Captured) -> None:
    transport = scope["extensions"][TRANSPORT]
    if captured.body:
        pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in captured.headers.items()]
        await send({"type": "http.response.start", "status": captured.status, "headers": pairs})
        half = captured.body[: len(captured.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
    else:
        transport.write(b"HTTP/1.1 ")
    transport.close()
    await _disconnected(receive)


async def _drop(scope: Scope, receive: Receive) -> None:
    scope["extensions"][TRANSPORT].abort()
    await _disconnected(receive)


async def _disconnected(receive: Receive) -> None:
    """Wait until the server has noticed that the connection is closed; it expects no response then."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _wait(seconds: float, receive: Receive) -> None:
    """Wait, but no longer than the client is connected."""
    try:
        await asyncio.wait_for(_disconnected(receive), seconds)
    except asyncio.TimeoutError:
        return
