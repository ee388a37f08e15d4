"""A server that responds with exactly the bytes that a test gives it, or with none, like a bad network.

    with RawServer(json_answer([]), DROP) as server:
        ...  # server.url; afterwards server.requests

Responses are sent in turn, the last one repeatedly. A response is bytes, or a function that gets the connection.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["CERTIFICATE", "DROP", "Answer", "Asked", "RawServer", "answer", "half", "json_answer"]

#: A certificate for localhost with its key, only for these tests.
CERTIFICATE = Path(__file__).with_name("localhost.pem")

Answer = bytes | Callable[[socket.socket], None]


@dataclass(frozen=True)
class Asked:
    """One request, and the number of the connection on which it came."""

    connection: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


def answer(
    body: bytes | str = b"", status: int = 200, headers: Mapping[str, str] | None = None, length: bool = True
) -> bytes:
    """Return a complete response; without ``length`` it ends with the connection."""
    content = body if isinstance(body, bytes) else body.encode()
    lines = [f"HTTP/1.1 {status} Whatever"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += [f"content-length: {len(content)}"] if length else ["connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def json_answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    return answer(json.dumps(value), status, {"content-type": "application/json", **(headers or {})})


def DROP(connection: socket.socket) -> None:  # noqa: N802 - reads as a constant
    """Close the connection instead of responding."""
    connection.shutdown(socket.SHUT_RDWR)


def half(part: bytes) -> Callable[[socket.socket], None]:
    """Send these bytes, and close the connection."""

    def send(connection: socket.socket) -> None:
        connection.sendall(part)
        connection.shutdown(socket.SHUT_RDWR)

    return send


class RawServer:
    """Listen on a free port of 127.0.0.1 until the ``with`` block ends."""

    def __init__(self, *answers: Answer, tls: bool = False, port: int = 0) -> None:
        self.answers = list(answers) or [json_answer([])]
        self._listener = socket.create_server(("127.0.0.1", port))
        self._context = _tls() if tls else None
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.connections = 0
        self.requests: list[Asked] = []
        self.stop = threading.Event()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://{self.host}"

    def __enter__(self) -> RawServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def drip(self, parts: bytes, seconds: float) -> Callable[[socket.socket], None]:
        """Respond byte by byte, with pauses of some seconds."""

        def send(connection: socket.socket) -> None:
            for index in range(len(parts)):
                if self.stop.wait(seconds):
                    return
                connection.sendall(parts[index : index + 1])

        return send

    def hang(self, connection: socket.socket) -> None:
        """Do not respond at all."""
        self.stop.wait(60)

    def _accept(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            with self._lock:
                self.connections += 1
                number = self.connections
            threading.Thread(target=self._converse, args=(connection, number), daemon=True).start()

    def _converse(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError), connection:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as reader:
                while (asked := _read(reader, number)) is not None:
                    with self._lock:
                        self.requests.append(asked)
                        given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                    if callable(given):
                        given(connection)
                    else:
                        connection.sendall(given)
                        if b"connection: close" in given.partition(b"\r\n\r\n")[0]:
                            return


def _read(reader: Any, number: int) -> Asked | None:
    first = reader.readline().decode("latin-1").split()
    if len(first) != 3:
        return None
    headers = {}
    while line := reader.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", 0)))
    return Asked(number, first[0], first[1], headers, body)


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context
