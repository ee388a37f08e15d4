"""A Git server on localhost over HTTPS, as GitHub is one, with `git http-backend`."""

from __future__ import annotations

import contextlib
import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.raw_server import CERTIFICATE

__all__ = ["commit_to_bare", "serve"]

_AUTHOR = ("-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")


def commit_to_bare(folder: Path, bare: Path) -> None:
    """Commit the content of a folder to the branch `main` of a new bare repository."""
    _git("init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    at = (f"--git-dir={bare}", f"--work-tree={folder}")
    _git(*at, "-c", "core.bare=false", "add", "--all")
    _git(*at, "-c", "core.bare=false", *_AUTHOR, "commit", "--quiet", "--message", "Template")


@contextlib.contextmanager
def serve(root: Path) -> Iterator[str]:
    """Serve the bare repositories below a folder; return the address. Its certificate is `CERTIFICATE`."""

    class Handler(_Handler):
        folder = root

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Hand each request to `git http-backend`, as a web server does by CGI."""

    folder: Path

    def _respond(self) -> None:
        url = urlsplit(self.path)
        variables = {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        command = ["git", "http-backend"]
        answer = subprocess.run(command, env={**os.environ, **variables}, input=body, capture_output=True, check=True)
        head, _, content = answer.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(fields.pop("Status", "200").split()[0]))
        for name, value in {**fields, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _respond  # noqa: N815 - the names of http.server

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


def _git(*words: str) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)
