"""Weld's simulator as a process of its own, so that its work is not taken for that of the provider."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests

from tools.console import SetupError, stop

API_KEY = "bench-key"
# Of what Weld's document leaves open, the readings in which answers are as large as what was asked: a sync carries its
# streams, so a refresh needs one request; an upsert answers with what it was sent, and not, to each of a thousand
# writes, with all streams of the sync, which would measure how fast the simulator writes JSON.
READINGS = {"sync_streams_read": "present", "upsert_answer": "sent"}
_ID = re.compile(r"(?<=/elt_syncs/)[^/]+|(?<=/elt_streams/)[^/]+|(?<=/connections/)[^/]+")


@dataclass(frozen=True)
class Asked:
    """Requests by kind, such as {"GET /elt_syncs/ID": 1}, and the time that the simulator took to answer them."""

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
    """A running simulator: `url`, and what the benchmark does to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = requests.Session()
        self._http.trust_env = False  # a proxy cannot know this machine's ports

    def start_afresh(self, latency: float) -> str:
        """Empties the workspace, sets the latency in milliseconds, and makes a connection; returns its id."""
        self._control("POST", "reset")
        self._control("PUT", "readings", READINGS)
        connection = self._control("POST", "connections", {"integration_id": "load-test", "label": "bench"})
        self._control("PUT", "latency", {"ms": latency})
        return str(connection["id"])

    def take_requests(self) -> Asked:
        """What there was since this was asked last."""
        asked = self._control("GET", "requests")["requests"]
        self._control("DELETE", "requests")
        kinds = Counter(f"{request['method']} {_ID.sub('ID', request['path'])}" for request in asked)
        return Asked(dict(kinds), round(sum(request["milliseconds"] or 0.0 for request in asked) / 1000, 3))

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.request(method, f"{self.url}/_simulator/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@contextlib.contextmanager
def running_weld() -> Iterator[Weld]:
    """Starts a simulator on a free port; it ends with the benchmark."""
    command = [sys.executable, "-m", "weld_pulumi", "simulator", "--api-key", API_KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+", process.stdout.readline().decode())
            if found is None:
                raise SetupError("Weld's simulator did not start; `weld-pulumi simulator` tells why.")
            yield Weld(found[0])
        finally:
            stop(process)
