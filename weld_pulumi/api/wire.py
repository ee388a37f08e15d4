"""Connections with guarantees that those of requests lack.

* A response arrives within the read timeout from its first byte to its last, or reading it ends. (The timeout of a
  socket restarts with every byte, so a response that trickles in would never end.)
* A failure before the request was sent, such as one of the TLS handshake, is recognizable. (requests reports it like
  a response that broke off, after which a creating request must not be repeated.)
* A response that ends within its headers is an error. (requests accepts it with an empty body, so a write would count
  as done.)
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError
from urllib3.util.ssl_match_hostname import CertificateError

__all__ = ["Adapter", "HandshakeError", "WireSession"]


class HandshakeError(NewConnectionError):
    """The host was reached, but TLS with it failed. The cause is the original error."""


class _TimedReader(io.RawIOBase):
    """Reads a socket until a deadline, and notes when the other side has closed it."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        limit = sock.gettimeout()
        self._deadline = None if limit is None else time.monotonic() + limit
        self.at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left)
        count = self._raw.readinto(buffer)
        self.at_end = count == 0
        return count

    def fileno(self) -> int:
        return self._raw.fileno()

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """The part of a socket that http.client needs to read a response."""

    def __init__(self, sock: socket.socket) -> None:
        self.reader = _TimedReader(sock)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self.reader)


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        timed = _TimedSocket(sock)
        self._reader = timed.reader
        super().__init__(timed, *args, **kwargs)  # type: ignore[arg-type]

    def begin(self, *args: Any, **kwargs: Any) -> None:
        super().begin(*args, **kwargs)
        if self._reader.at_end:
            raise http.client.RemoteDisconnected("the response ended within its headers")


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _TLSConnection(HTTPSConnection):
    response_class = _TimedResponse

    def connect(self) -> None:
        try:
            super().connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(self, f"TLS with {self.host} timed out") from error
        except (OSError, CertificateError) as error:
            if self.proxy and not isinstance(error, (ssl.SSLError, CertificateError)):
                raise ProxyError(f"no tunnel to {self.host}", error) from error
            raise HandshakeError(self, f"TLS with {self.host} failed") from error


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class Adapter(HTTPAdapter):
    """Makes requests use these connections, directly and through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Create the pools."""
        super().init_poolmanager(*args, **kwargs)
        _use_ours(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> ProxyManager:
        """Create the pools for a proxy."""
        manager: ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        if type(manager) is ProxyManager:  # SOCKS brings connections of its own
            _use_ours(manager)
        return manager


def _use_ours(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


class WireSession(Session):
    """A session that leaves redirects to its caller: requests would read their bodies without a limit."""

    def get_redirect_target(self, resp: Response) -> str | None:
        """Return None, so that requests follows no redirect."""
        return None
