"""What the benchmark asks of Weld's simulator, through its control API."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests

__all__ = ["Requests", "Weld"]

# Readings under which a response is as large as its request: a sync contains its streams, so a refresh is one request;
# an upsert returns what was sent, and not all streams of the sync after each of a thousand writes, which would measure
# how fast the simulator writes JSON.
READINGS = {"sync_streams_read": "present", "upsert_answer": "sent"}
_ID = re.compile(r"(?<=/elt_syncs/)[^/]+|(?<=/elt_streams/)[^/]+|(?<=/connections/)[^/]+")


@dataclass(frozen=True)
class Requests:
    """Requests by kind, such as {"GET /elt_syncs/ID": 1}, and the seconds that the simulator took for them."""

    kinds: dict[str, int]
    seconds: float

    @property
    def reads(self) -> int:
        return sum(count for kind, count in self.kinds.items() if kind.startswith("GET "))

    @property
    def writes(self) -> int:
        return sum(self.kinds.values()) - self.reads

    @property
    def stream_writes(self) -> int:
        return self.kinds.get("POST /elt_syncs/ID/source_streams", 0)


class Weld:
    """A running simulator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy cannot reach ports of this machine

    def reset(self, latency_ms: float) -> str:
        """Empty the workspace, set the latency, create a connection, and return its id."""
        self._control("POST", "reset")
        self._control("PUT", "readings", READINGS)
        connection = self._control("POST", "connections", {"integration_id": "load-test", "label": "bench"})
        self._control("PUT", "latency", {"ms": latency_ms})
        return str(connection["id"])

    def take_requests(self) -> Requests:
        """Return the requests since the last call."""
        logged = self._control("GET", "requests")["requests"]
        self._control("DELETE", "requests")
        kinds = Counter(f"{request['method']} {_ID.sub('ID', request['path'])}" for request in logged)
        return Requests(dict(kinds), round(sum(request["milliseconds"] or 0.0 for request in logged) / 1000, 3))

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        response = self._http.request(method, f"{self.url}/_simulator/{path}", json=body, timeout=60)
        response.raise_for_status()
        return response.json() if response.content else None
