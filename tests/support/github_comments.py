"""The part of GitHub's REST API that comments on pull requests, on localhost.

https://docs.github.com/en/rest/issues/comments: an issue is a pull request too; lists have pages.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["REPOSITORY", "TOKEN", "GitHub", "github"]

REPOSITORY = "acme/data"
TOKEN = "ghs_of_this_job"
_BOT = "github-actions[bot]"


@dataclass
class GitHub:
    """The comments of all pull requests, in the order of their creation."""

    url: str
    comments: list[dict[str, Any]] = field(default_factory=list)

    def add(self, issue: int, body: str, login: str) -> dict[str, Any]:
        comment = {"id": 1000 + len(self.comments), "issue": issue, "body": body, "user": {"login": login}}
        self.comments.append(comment)
        return comment

    def bodies(self, issue: int, login: str = _BOT) -> list[str]:
        """Return the comments that somebody, by default GitHub Actions, has on a pull request."""
        return [each["body"] for each in self.comments if (each["issue"], each["user"]["login"]) == (issue, login)]


@contextmanager
def github() -> Iterator[GitHub]:
    """Run the API until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.state = GitHub(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.state  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    @property
    def state(self) -> GitHub:
        found: GitHub = self.server.state  # type: ignore[attr-defined]
        return found

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        issue = self._number(url.path, r"issues/(\d+)/comments")
        query = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
        size, page = min(query.get("per_page", 30), 100), query.get("page", 1)
        listed = [each for each in self.state.comments if each["issue"] == issue]
        self._reply(200, listed[(page - 1) * size : page * size])

    def do_POST(self) -> None:
        issue = self._number(self.path, r"issues/(\d+)/comments")
        self._reply(201, self.state.add(issue, self._body(), _BOT))

    def do_PATCH(self) -> None:
        id = self._number(self.path, r"issues/comments/(\d+)")
        (comment,) = (each for each in self.state.comments if each["id"] == id)
        comment["body"] = self._body()
        self._reply(200, comment)

    def _number(self, path: str, pattern: str) -> int:
        found = re.fullmatch(f"/repos/{REPOSITORY}/{pattern}", path)
        assert found, path
        assert self.headers["Authorization"] == f"Bearer {TOKEN}"
        return int(found[1])

    def _body(self) -> str:
        text: str = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        assert len(text) <= 65_536, "GitHub refuses a comment that is longer"
        return text

    def _reply(self, status: int, content: object) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass
