"""A HashiCorp Vault that keeps the keys of throw-away stacks.

Pulumi makes a key from a passphrase slowly on purpose: a quarter of a second of CPU time for each command.
"""

from __future__ import annotations

import functools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["SECRETS_PROVIDER", "vault_variables"]

SECRETS_PROVIDER = "hashivault://tests"
_PREFIX = "vault:v1:"


class _Transit(BaseHTTPRequestHandler):
    """The two calls of Vault's transit engine that Pulumi makes, without encryption."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "/encrypt/" in self.path:
            data = {"ciphertext": f"{_PREFIX}{given['plaintext']}"}
        else:
            data = {"plaintext": given["ciphertext"].removeprefix(_PREFIX)}
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@functools.cache
def vault_variables() -> dict[str, str]:
    """Return the variables by which a command finds the Vault of this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="vault", daemon=True).start()
    return {"VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}", "VAULT_SERVER_TOKEN": "of-the-tests"}
