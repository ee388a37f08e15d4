"""The web server, in a thread: uvicorn, told to stop at once, and to lend its connections to the faults."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .front import TRANSPORT, Front

__all__ = ["Server", "bind"]

_KEEP_ALIVE = 75


class _Protocol(H11Protocol):
    """HTTP as uvicorn speaks it; the application also gets the connection, so that it can cut it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = self.transport
            await inner(scope, receive, send)

        self.app = app


class Server(uvicorn.Server):
    """uvicorn, for a simulator: it waits neither for a tick nor for idle connections when it is to stop."""

    def __init__(self, front: Front, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                front,
                http=_Protocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # who asks is who is connected, whatever a header says
                timeout_keep_alive=_KEEP_ALIVE,
            )
        )
        self.ready = threading.Event()
        self._listener = listener
        self._over: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def serve_forever(self) -> None:
        """Serve until `finish`, or until a signal where this is the main thread."""
        try:
            self.run(sockets=[self._listener])
        finally:
            self.ready.set()

    def finish(self) -> None:
        """Stop, from any thread."""
        self.should_exit = True
        if self._loop is not None and self._over is not None:
            # The loop may be gone already; then there is nothing to stop.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._over.set)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop on a signal."""
        super().handle_exit(sig, frame)
        self.finish()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Keep the Date header right until it is over."""
        assert self._over is not None
        while not self.should_exit:
            await self.on_tick(0)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._over.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything now: whoever waits for an answer gets none."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        # One more round, in which the loop closes what was aborted.
        await asyncio.sleep(0)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener
