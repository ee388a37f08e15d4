"""A simulator to start and stop, and to play Weld's person, Weld's pages and a bad network with."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from ..config import is_loopback
from . import control, edit_pages, editing, pages
from .app import app
from .domain import bridges
from .faults import Fault
from .front import Front
from .readings import Readings
from .requestlog import LoggedRequest
from .server import Server, bind
from .store import Row, Store
from .values import Clock
from .world import World

__all__ = ["DEFAULT_API_KEY", "Simulator", "serve"]

DEFAULT_API_KEY = "weld-simulator-key"
_START_SECONDS = 15.0

for _module in (pages, edit_pages, control):
    app.include_router(_module.router)


class Simulator:
    """Weld on localhost.

    ``with Simulator() as weld:`` starts it on a free port; ``weld.url`` and ``weld.api_key`` are what a client needs.
    All other methods are the hands of a test: they may be called from any thread, and do at once what a person, Weld's
    own pages or a broken network would do. Without a ``database`` nothing outlives the object.
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
        self._readings = Readings(readings)
        self._latency_ms = latency_ms
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._front: Front | None = None

    # Starting and stopping

    @property
    def url(self) -> str:
        """Where it listens."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def world(self) -> World:
        """What it knows."""
        return self._running().world

    def start(self) -> Simulator:
        """Listen; after a stop on the same port again, with everything that was there."""
        server = self._prepare()
        self._thread = threading.Thread(target=server.serve_forever, name="weld-simulator", daemon=True)
        self._thread.start()
        if not server.ready.wait(_START_SECONDS) or not server.started:
            self.stop()
            raise RuntimeError("The Weld simulator did not start.")
        return self

    def _prepare(self) -> Server:
        if self._server is not None:
            raise RuntimeError("The Weld simulator is running already.")
        listener = bind(self.host, self.port)
        self.port = listener.getsockname()[1]
        if self._front is None:
            world = World(Store(self._database), self._readings, **self._settings)
            self._front = Front(app, world, self.api_key, self._latency_ms, self.host)
        self._front.world.public_url = self.url
        self._server = Server(self._front, listener)
        return self._server

    def stop(self) -> None:
        """Stop listening. What is there stays there, for another start."""
        if self._server is not None:
            self._server.finish()
        if self._thread is not None:
            self._thread.join(_START_SECONDS)
        self._server = self._thread = None

    def close(self) -> None:
        """Stop, and let go of the database."""
        self.stop()
        if self._front is not None:
            self._front.world.store.close()
            self._front = None

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
        """Stop for good."""
        self.close()

    def _running(self) -> Front:
        if self._front is None:
            raise RuntimeError("The Weld simulator has not been started.")
        return self._front

    # What was asked

    def requests(self, method: str | None = None, path: str | None = None, *, after: int = 0) -> list[LoggedRequest]:
        """The requests so far, all or those of a method and a path."""
        return [
            item
            for item in self._running().log.list(after)
            if method in (None, item.method) and path in (None, item.path)
        ]

    def writes(self) -> list[LoggedRequest]:
        """The requests so far that may have changed something."""
        return [item for item in self.requests() if item.is_write]

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self._running().log.clear()

    # How it behaves

    @property
    def readings(self) -> dict[str, str]:
        """The present value of every reading."""
        return self._readings.as_dict()

    def set_reading(self, name: str, value: object) -> None:
        """Set one reading."""
        self.set_readings({name: value})

    def set_readings(self, values: Mapping[str, object]) -> None:
        """Set some readings, all of them or none."""
        self._readings.update(values)

    def reset_readings(self) -> None:
        """Set every reading to its default."""
        self._readings.reset()

    def set_latency(self, milliseconds: float) -> None:
        """Make every answer wait."""
        self._running().latency_ms = milliseconds

    def advance(self, seconds: float) -> None:
        """Let time pass at once: runs finish, links expire, what authorizes itself does."""
        with self.world.write():
            self.world.advance(seconds)
            bridges.settle(self.world)

    def reset(self) -> None:
        """Back to the workspace of the first start: no requests, no faults; readings stay."""
        front = self._running()
        front.world.reset()
        front.log.clear()
        front.faults.clear()
        front.latency_ms = self._latency_ms

    def fault(self, action: str, method: str | None = None, path: str | None = None, **options: Any) -> int:
        """Let a request go wrong; see `weld_pulumi.simulator.faults.Fault` for the options. Gives the rule's id."""
        return self._running().faults.add(Fault(action, method, path, **options))

    def faults(self) -> list[dict[str, Any]]:
        """The rules in force, with how often each was ``seen`` and ``fired``."""
        return self._running().faults.list()

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._running().faults.clear()

    # The person

    def pending_bridges(self) -> list[Row]:
        """The bridges that wait for a person, oldest first, with ``authorize_url``."""
        with self.world.write():
            bridges.settle(self.world)
            return [
                {**editing.plain(row), "authorize_url": f"{self.url}/authorize?token={row['token']}"}
                for row in bridges.open_bridges(self.world)
            ]

    def authorize(self, bridge_id: str | None = None) -> str:
        """Say yes, to the only bridge that waits unless one is named; gives the connection's id."""
        with self.world.write():
            return str(bridges.authorize(self.world, self._bridge(bridge_id))["id"])

    def refuse(self, bridge_id: str | None = None) -> None:
        """Say no."""
        with self.world.write():
            bridges.refuse(self.world, self._bridge(bridge_id))

    def _bridge(self, identifier: str | None) -> Row:
        if identifier is None:
            waiting = bridges.open_bridges(self.world)
            if len(waiting) != 1:
                raise ValueError(f"{len(waiting)} bridges wait; say which one")
            identifier = waiting[0]["id"]
        return editing.bridge_by_id(self.world, identifier)

    # Weld's own pages

    def state(self) -> dict[str, Any]:
        """Everything there is, by table, with what the API never shows; ``deleted`` is what there was."""
        with self.world.write():
            bridges.settle(self.world)
            return editing.state(self.world)

    def create_connection(self, integration_id: str, label: str) -> Row:
        """Make a connection that is authorized."""
        return self._create("connection", integration_id=integration_id, label=label)

    def create_sync(self, connection_id: str, **fields: Any) -> Row:
        """Make a sync; ``streams`` (names or dicts) and ``enabled`` are understood, and all has a default."""
        return self._create("sync", connection_id=connection_id, **fields)

    def create_stream(self, elt_sync_id: str, name: str, **fields: Any) -> Row:
        """Add a stream to a sync."""
        return self._create("stream", elt_sync_id=elt_sync_id, name=name, **fields)

    def create_orchestration(self, name: str) -> Row:
        """Make an orchestration."""
        return self._create("orchestration", name=name)

    def patch_connection(self, identifier: str, **fields: Any) -> Row:
        """Change a connection, such as its ``label``."""
        return self._patch("connection", identifier, fields)

    def patch_sync(self, identifier: str, **fields: Any) -> Row:
        """Change a sync; ``enabled`` changes its status too."""
        return self._patch("sync", identifier, fields)

    def patch_stream(self, identifier: str, **fields: Any) -> Row:
        """Change a stream."""
        return self._patch("stream", identifier, fields)

    def patch_run(self, identifier: str, **fields: Any) -> Row:
        """Change a run, such as its ``error_message``, with which it ends as failed."""
        return self._patch("run", identifier, fields)

    def delete_connection(self, identifier: str) -> None:
        """Delete a connection, syncs or not."""
        self._delete("connection", identifier)

    def delete_sync(self, identifier: str) -> None:
        """Delete a sync with its streams."""
        self._delete("sync", identifier)

    def delete_stream(self, identifier: str) -> None:
        """Delete a stream."""
        self._delete("stream", identifier)

    def delete_orchestration(self, identifier: str) -> None:
        """Delete an orchestration."""
        self._delete("orchestration", identifier)

    def set_catalogue_stream(self, integration_id: str, name: str, **fields: Any) -> None:
        """Let an integration offer a stream, or change it: ``retired``, ``in_favor_of``, ``selectable`` …"""
        with self.world.write():
            self.world.catalogue.set_stream(integration_id, name, **fields)

    def remove_catalogue_stream(self, integration_id: str, name: str) -> None:
        """Let an integration not offer a stream any more."""
        with self.world.write():
            self.world.catalogue.remove_stream(integration_id, name)

    def set_settings_schema(self, integration_id: str, schema: dict[str, Any]) -> None:
        """Describe the settings of an integration in another way; ``{}`` for none."""
        with self.world.write():
            self.world.catalogue.set_settings(integration_id, schema)

    def _create(self, kind: str, **fields: Any) -> Row:
        with self.world.write():
            return editing.plain(editing.create(self.world, kind, fields))

    def _patch(self, kind: str, identifier: str, fields: Row) -> Row:
        with self.world.write():
            return editing.plain(editing.patch(self.world, kind, identifier, fields))

    def _delete(self, kind: str, identifier: str) -> None:
        with self.world.write():
            editing.delete(self.world, kind, identifier)


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    database: str | None = None,
    auto_authorize: bool = False,
    latency_ms: float = 0,
    api_key: str = DEFAULT_API_KEY,
    readings: Mapping[str, object] | None = None,
) -> None:
    """Run a simulator in the foreground, and say on standard output where it is, until it is interrupted."""
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
    # What is loaded stays, and of the thousands of rows of an answer none is garbage: the collector need not look
    # through either again and again.
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
            f"Warning: other machines can reach it at {simulator.host}: all see what is in it, and who has the key "
            "changes it. Use --host 127.0.0.1 unless that is wanted.",
            file=sys.stderr,
            flush=True,
        )
    print(f"  Look at it in a browser: {simulator.url}/", flush=True)
