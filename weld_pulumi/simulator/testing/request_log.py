"""A record of the requests to the API, for tests to check and for people to look at."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from ..middleware import App, Message, Receive, Scope, Send, key_state

__all__ = ["Entry", "LoggedRequest", "RequestLog", "RequestLogMiddleware", "entry_of"]

_MOST_ENTRIES = 100_000
# Longer ones are cut.
_LONGEST_BODY, _LONGEST_PATH = 1024 * 1024, 1024
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
# Headers that are kept with their values; of all others only the name is.
_PLAIN_HEADERS = frozenset({"accept", "accept-encoding", "connection", "content-type", "host", "user-agent"})
_ENTRY = "log_entry"


@dataclass(frozen=True)
class LoggedRequest:
    """One request.

    Without the right key only method and path are kept. A huge `body` is cut, and is text then.

    Attributes:
        number: its number, from 1.
        time: when it came in, in seconds since 1970.
        method: its method.
        path: its path.
        query: its query; a list where a name is repeated.
        body: its body, decoded where it is JSON.
        status: the status of the response; None while there is none, and where none was sent.
        key: whether its key was right, wrong or missing.
        fault: the action of the fault that it met.
        milliseconds: how long the response took.
        headers: its headers; most values are replaced with ``***``.
    """

    number: int
    time: float
    method: str
    path: str
    query: dict[str, Any]
    body: Any
    status: int | None
    key: str
    fault: str | None
    milliseconds: float | None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def key_ok(self) -> bool:
        """Return whether the key was right."""
        return self.key == "right"

    @property
    def is_write(self) -> bool:
        """Return whether the request may have changed something."""
        return self.method not in _READS

    def as_dict(self) -> dict[str, Any]:
        """Return the request as plain data."""
        return {**self.__dict__, "key_ok": self.key_ok}


class Entry:
    """A request while it is being answered."""

    def __init__(self, number: int, scope: Scope, key: str) -> None:
        self.number = number
        self.time = time.time()
        self.started = time.perf_counter()
        self.method: str = scope["method"]
        self.path: str = scope["path"][:_LONGEST_PATH]
        self.key = key
        # Requests without the key must not fill the memory.
        trusted = key == "right"
        self.query: bytes = scope["query_string"] if trusted else b""
        self.headers: Iterable[tuple[bytes, bytes]] = scope["headers"] if trusted else ()
        self.body: bytes = scope["state"]["body"][:_LONGEST_BODY] if trusted else b""
        self.status: int | None = None
        self.fault: str | None = None
        self.milliseconds: float | None = None

    def answered(self, status: int | None) -> None:
        """Note the status of the response, or None where none is sent, and how long it took."""
        self.status = status
        self.milliseconds = round((time.perf_counter() - self.started) * 1000, 3)


class RequestLogMiddleware:
    """Notes each request before it is answered, and the status of its response."""

    def __init__(self, app: App, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        entry = scope["state"][_ENTRY] = self._log.add(scope)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.answered(message["status"])
            await send(message)

        await self._app(scope, receive, note)


def entry_of(scope: Scope) -> Entry:
    """Return the entry of a request that has passed `RequestLogMiddleware`."""
    entry: Entry = scope["state"][_ENTRY]
    return entry


class RequestLog:
    """The requests since the start, or since `clear`. The API key is kept nowhere in them."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key
        self._entries: list[Entry] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, scope: Scope) -> Entry:
        """Add a request that has come in."""
        with self._lock:
            self._number += 1
            entry = Entry(self._number, scope, key_state(scope, self._api_key))
            self._entries.append(entry)
            if len(self._entries) > _MOST_ENTRIES:
                del self._entries[: _MOST_ENTRIES // 10]
            return entry

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()

    def list(self, after: int = 0, *, only_writes: bool = False) -> list[LoggedRequest]:
        """Return the requests whose numbers are greater than `after`: all, or those that may have changed something."""
        with self._lock:
            entries = [entry for entry in self._entries if entry.number > after]
        return [self._logged(entry) for entry in entries if not (only_writes and entry.method in _READS)]

    def _logged(self, entry: Entry) -> LoggedRequest:
        return LoggedRequest(
            number=entry.number,
            time=entry.time,
            method=entry.method,
            path=self._redact(entry.path),
            query=_query(self._redact(entry.query.decode("latin-1"))),
            body=_body(self._redact(entry.body.decode(errors="replace"))),
            status=entry.status,
            key=entry.key,
            fault=entry.fault,
            milliseconds=entry.milliseconds,
            headers=self._headers(entry.headers),
        )

    def _headers(self, headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
        made = {}
        for raw_name, raw_value in headers:
            name = raw_name.decode("latin-1")
            made[name] = self._redact(raw_value.decode("latin-1")) if name in _PLAIN_HEADERS else "***"
        return made

    def _redact(self, text: str) -> str:
        return text.replace(self._api_key, "***") if self._api_key else text


def _query(text: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        made[name] = value if name not in made else [made[name], value]
    return made


def _body(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
