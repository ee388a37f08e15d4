"""A simulator to start and stop: Weld on localhost."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from ..config import is_loopback
from .app import app
from .middleware import ApiMiddleware, App, HostMiddleware
from .pages import authorize, edit, overview
from .server import Server, bind
from .store import Store
from .testing import control
from .testing.controls import Controls, Parts
from .testing.fault_middleware import FaultMiddleware
from .testing.faults import Faults
from .testing.request_log import RequestLog, RequestLogMiddleware
from .testing.response_variants import VariantSerializer
from .values import Clock
from .workspace import Workspace

__all__ = ["DEFAULT_API_KEY", "Simulator", "serve"]

DEFAULT_API_KEY = "weld-simulator-key"
_START_SECONDS = 15.0

for _module in (authorize, overview, edit, control):
    app.include_router(_module.router)


class Simulator(Controls):
    """Weld on localhost.

    ``with Simulator() as weld:`` starts it on a free port; a client needs ``weld.url`` and ``weld.api_key``. The
    methods of `Controls` are for tests.

    Args:
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        database: an SQLite file; without one nothing outlives the object.
        api_key: the key to accept.
        auto_authorize: authorize every connection without a person.
        latency_ms: milliseconds by which every response is delayed.
        readings: values of readings that are not the default.
        run_seconds: how long a run of a stream takes.
        authorize_delay: seconds until an automatic authorization.
        clock: returns the time, in seconds since 1970.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        database: str | None = None,
        api_key: str = DEFAULT_API_KEY,
        auto_authorize: bool = False,
        latency_ms: float = 0,
        readings: Mapping[str, object] | None = None,
        run_seconds: float = 2.0,
        authorize_delay: float = 0.5,
        clock: Clock = time.time,
    ) -> None:
        super().__init__(readings, latency_ms)
        self.host = host
        self.port = port
        self.api_key = api_key
        self._database = database
        self._settings: dict[str, Any] = {
            "auto_authorize": auto_authorize,
            "authorize_delay": authorize_delay,
            "run_seconds": run_seconds,
            "clock": clock,
        }
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._opened: tuple[App, Parts] | None = None

    @property
    def url(self) -> str:
        """Return the address at which it answers."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def start(self) -> Simulator:
        """Listen; after `stop` on the same port, with the same workspace."""
        server = self._prepare()
        self._thread = threading.Thread(target=server.serve_forever, name="weld-simulator", daemon=True)
        self._thread.start()
        if not server.ready.wait(_START_SECONDS) or not server.started:
            self.stop()
            raise RuntimeError("The Weld simulator did not start.")
        return self

    def stop(self) -> None:
        """Stop listening; the workspace stays for another `start`."""
        if self._server is not None:
            self._server.finish()
        if self._thread is not None:
            self._thread.join(_START_SECONDS)
        self._server = self._thread = None

    def close(self) -> None:
        """Stop, and close the database."""
        self.stop()
        if self._opened is not None:
            self.workspace.store.close()
            self._opened = None

    def serve_forever(self) -> None:
        """Serve in this thread until it is interrupted."""
        server = self._server or self._prepare()
        try:
            server.serve_forever()
        finally:
            self._server = None
            self.close()

    def __enter__(self) -> Simulator:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _prepare(self) -> Server:
        if self._server is not None:
            raise RuntimeError("The Weld simulator is running already.")
        listener = bind(self.host, self.port)
        self.port = listener.getsockname()[1]
        if self._opened is None:
            self._opened = self._open()
        self.workspace.public_url = self.url
        self._server = Server(self._opened[0], listener)
        return self._server

    def _open(self) -> tuple[App, Parts]:
        """Open the workspace, and put the middleware around the endpoints."""
        workspace = Workspace(Store(self._database), self._variants, **self._settings)
        serializer = VariantSerializer(workspace)
        parts = Parts(workspace, RequestLog(self.api_key), Faults(self._latency_ms))
        api: App = ApiMiddleware(app, serializer, self.api_key)
        api = FaultMiddleware(api, serializer, parts.faults)
        api = RequestLogMiddleware(api, parts.log)
        state = {"serializer": serializer, "log": parts.log, "faults": parts.faults}
        return HostMiddleware(api, app, self.host, state), parts

    def _parts(self) -> Parts:
        if self._opened is None:
            raise RuntimeError("The Weld simulator has not been started.")
        return self._opened[1]


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    database: str | None = None,
    auto_authorize: bool = False,
    latency_ms: float = 0,
    api_key: str = DEFAULT_API_KEY,
    readings: Mapping[str, object] | None = None,
) -> None:
    """Run a simulator in the foreground until it is interrupted, and print its address."""
    simulator = Simulator(
        host,
        port,
        database,
        api_key,
        auto_authorize,
        latency_ms,
        readings,
    )
    server = simulator._prepare()
    threading.Thread(target=_announce, args=(simulator, server), daemon=True).start()
    # Modules stay loaded, and the rows of a large response are no garbage: the collector need not search them again
    # and again.
    gc.freeze()
    gc.set_threshold(100_000)
    try:
        simulator.serve_forever()
    except KeyboardInterrupt:
        print("Weld simulator stopped", flush=True)


def _announce(simulator: Simulator, server: Server) -> None:
    server.ready.wait()
    if not server.started:
        return
    shown = simulator.api_key if simulator.api_key == DEFAULT_API_KEY else "the one that you gave"
    print(f"Weld simulator on {simulator.url}", flush=True)
    print(f"  API key: {shown} (WELD_API_URL={simulator.url})", flush=True)
    if not is_loopback(simulator.host):
        print(
            f"Warning: other machines can reach the simulator at {simulator.host}. They can see everything in it, and "
            "with the key change it. Use --host 127.0.0.1 to prevent that.",
            file=sys.stderr,
            flush=True,
        )
    print(f"  Look at it in a browser: {simulator.url}/", flush=True)
