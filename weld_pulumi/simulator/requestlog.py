"""What was asked, in order: so that a test can say that nothing was written, and a person can look."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

__all__ = ["LoggedRequest", "RequestLog"]

_MOST = 100_000
# Of longer ones the beginning is kept.
_LONGEST_BODY, _LONGEST_PATH = 1024 * 1024, 1024
# Headers that may be kept whole; of all others only the name is.
_PLAIN_HEADERS = frozenset({"accept", "accept-encoding", "connection", "content-type", "host", "user-agent"})


@dataclass(frozen=True)
class LoggedRequest:
    """One request. ``status`` is None while there is no answer, and where none was given.

    Without the right key, method and path alone are kept. Of a huge ``body`` it is the beginning, as text.
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
        """Whether the right key was sent."""
        return self.key == "right"

    @property
    def is_write(self) -> bool:
        """Whether it was one that may change something."""
        return self.method not in ("GET", "HEAD", "OPTIONS")

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {**self.__dict__, "key_ok": self.key_ok}


class Entry:
    """A request while it is being answered."""

    def __init__(self, number: int, scope: Mapping[str, Any], body: bytes, key: str) -> None:
        self.number = number
        self.time = time.time()
        self.started = time.perf_counter()
        self.method: str = scope["method"]
        self.path: str = scope["path"][:_LONGEST_PATH]
        self.key = key
        # Who has no key must not fill the memory.
        trusted = key == "right"
        self.query: bytes = scope["query_string"] if trusted else b""
        self.headers: Iterable[tuple[bytes, bytes]] = scope["headers"] if trusted else ()
        self.body = body[:_LONGEST_BODY] if trusted else b""
        self.status: int | None = None
        self.fault: str | None = None
        self.milliseconds: float | None = None

    def answered(self, status: int | None) -> None:
        """Note the answer; None says that there was none."""
        self.status = status
        self.milliseconds = round((time.perf_counter() - self.started) * 1000, 3)


class RequestLog:
    """The requests since the start, or since they were cleared."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key
        self._entries: list[Entry] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, scope: Mapping[str, Any], body: bytes, key: str) -> Entry:
        """Note a request that has come in."""
        with self._lock:
            self._number += 1
            entry = Entry(self._number, scope, body, key)
            self._entries.append(entry)
            if len(self._entries) > _MOST:
                del self._entries[: _MOST // 10]
            return entry

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._entries.clear()

    def list(self, after: int = 0) -> list[LoggedRequest]:
        """The requests, from the one after this number on."""
        with self._lock:
            entries = [entry for entry in self._entries if entry.number > after]
        return [self._logged(entry) for entry in entries]

    def _logged(self, entry: Entry) -> LoggedRequest:
        return LoggedRequest(
            number=entry.number,
            time=entry.time,
            method=entry.method,
            path=self._hide(entry.path),
            query=_query(self._hide(entry.query.decode("latin-1"))),
            body=_body(self._hide(entry.body.decode(errors="replace"))),
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
            made[name] = self._hide(raw_value.decode("latin-1")) if name in _PLAIN_HEADERS else "***"
        return made

    def _hide(self, text: str) -> str:
        """The key has no business outside its header; where it turns up all the same, it is not kept."""
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
