"""What a test does to a simulator: play the person, Weld's own pages and a bad network, and look at requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..api_variants import ApiVariants
from ..domain import bridges, editing, run_settings, runs
from ..store import Row
from ..workspace import Workspace
from .faults import Fault, Faults
from .request_log import LoggedRequest, RequestLog
from .state import open_bridge, plain, state_of

__all__ = ["Controls", "Parts"]


class Parts(NamedTuple):
    """The parts of a running simulator that tests control."""

    workspace: Workspace
    log: RequestLog
    faults: Faults


class Controls(ABC):
    """The methods of `Simulator` for tests. They may be called from any thread and take effect at once."""

    def __init__(self, readings: Mapping[str, object] | None, latency_ms: float) -> None:
        self._variants = ApiVariants(readings)
        self._latency_ms = latency_ms

    @property
    @abstractmethod
    def url(self) -> str:
        """Return the address of the simulator."""

    @abstractmethod
    def _parts(self) -> Parts:
        """Return the parts; raise RuntimeError before the first start."""

    @property
    def workspace(self) -> Workspace:
        """Return the workspace."""
        return self._parts().workspace

    # Requests ---------------------------------------------------------------------------------------------------------

    def requests(self, method: str | None = None, path: str | None = None, *, after: int = 0) -> list[LoggedRequest]:
        """Return the requests so far, all or those with a method and a path, from the one after a number."""
        return [
            item
            for item in self._parts().log.list(after)
            if method in (None, item.method) and path in (None, item.path)
        ]

    def writes(self) -> list[LoggedRequest]:
        """Return the requests so far that may have changed something."""
        return self._parts().log.list(only_writes=True)

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self._parts().log.clear()

    # API variants -----------------------------------------------------------------------------------------------------

    @property
    def readings(self) -> dict[str, str]:
        """Return the value of every reading."""
        return self._variants.as_dict()

    def set_reading(self, name: str, value: object) -> None:
        """Set one reading; raise ValueError if it is invalid."""
        self.set_readings({name: value})

    def set_readings(self, values: Mapping[str, object]) -> None:
        """Set some readings, all of them or none; raise ValueError if one is invalid."""
        self._variants.update(values)

    def reset_readings(self) -> None:
        """Set every reading to its default."""
        self._variants.reset()

    # Time and network -------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Move the time forward: runs finish, links expire, automatic authorizations happen."""
        with self.workspace.write():
            self.workspace.advance(seconds)
            bridges.authorize_due(self.workspace)

    def set_latency(self, milliseconds: float) -> None:
        """Delay every response."""
        self._parts().faults.latency_ms = milliseconds

    def fault(self, action: str, method: str | None = None, path: str | None = None, **options: Any) -> int:
        """Let requests go wrong, and return the number of the rule.

        The options are the attributes of `weld_pulumi.simulator.testing.faults.Fault`.
        """
        return self._parts().faults.add(Fault(action, method, path, **options))

    def faults(self) -> list[dict[str, Any]]:
        """Return the rules in force, with how often each has matched (``seen``) and acted (``fired``)."""
        return self._parts().faults.list()

    def clear_faults(self) -> None:
        """Remove all rules."""
        self._parts().faults.clear()

    def reset(self) -> None:
        """Return to the workspace of the first start, without requests and faults; the readings stay."""
        parts = self._parts()
        parts.workspace.reset()
        parts.log.clear()
        parts.faults.clear()
        parts.faults.latency_ms = self._latency_ms

    # The person who authorizes ----------------------------------------------------------------------------------------

    def pending_bridges(self) -> list[Row]:
        """Return the bridges that wait for a person, oldest first, with ``authorize_url``."""
        with self.workspace.write():
            bridges.authorize_due(self.workspace)
            return [
                {**plain(row), "authorize_url": f"{self.url}/authorize?token={row['token']}"}
                for row in bridges.open_bridges(self.workspace)
            ]

    def authorize(self, bridge_id: str | None = None) -> str:
        """Authorize a bridge, by default the only one that waits, and return the id of the connection."""
        with self.workspace.write():
            return str(bridges.authorize(self.workspace, self._bridge(bridge_id))["id"])

    def refuse(self, bridge_id: str | None = None) -> None:
        """Refuse a bridge, by default the only one that waits."""
        with self.workspace.write():
            bridges.refuse(self.workspace, self._bridge(bridge_id))

    def _bridge(self, identifier: str | None) -> Row:
        if identifier is None:
            waiting = bridges.open_bridges(self.workspace)
            if len(waiting) != 1:
                raise ValueError(f"{len(waiting)} bridges wait; pass the id of one")
            identifier = waiting[0]["id"]
        return open_bridge(self.workspace, identifier)

    # Weld's own pages -------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return all objects by table, also what the API never shows; ``deleted`` holds deleted ones."""
        with self.workspace.write():
            bridges.authorize_due(self.workspace)
            return state_of(self.workspace)

    def create_connection(self, integration_id: str, label: str) -> Row:
        """Create an authorized connection."""
        return self._create("connection", integration_id=integration_id, label=label)

    def create_sync(self, connection_id: str, **fields: Any) -> Row:
        """Create a sync; all further fields are optional, among them ``streams`` (names or dicts) and ``enabled``."""
        return self._create("sync", connection_id=connection_id, **fields)

    def create_stream(self, elt_sync_id: str, name: str, **fields: Any) -> Row:
        """Add a stream to a sync."""
        return self._create("stream", elt_sync_id=elt_sync_id, name=name, **fields)

    def create_orchestration(self, name: str) -> Row:
        """Create an orchestration."""
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
        """Change a run; one with an ``error_message`` ends as failed."""
        return self._patch("run", identifier, fields)

    def set_runs(self, of: str | None = None, **fields: Any) -> None:
        """Set what becomes of the runs that start from now on; what is omitted returns to its default.

        Args:
            of: the id of a stream, or of a sync for its streams; None for all streams.
            fields: ``rows_total``, ``bytes_total``, ``estimated_total`` (0: Weld does not estimate), ``seconds`` that
                a run takes, ``delay`` in seconds before it starts, ``error_message`` with which it fails.
        """
        with self.workspace.write():
            run_settings.put(self.workspace, of, fields)

    def start_run(self, elt_stream_id: str, **figures: Any) -> Row:
        """Start a run as Weld's schedule does; the figures are those of `set_runs`."""
        return self._create("run", elt_stream_id=elt_stream_id, **figures)

    def end_run(self, identifier: str, error_message: str | None = None) -> None:
        """Let a run end now, as failed if there is an error message."""
        with self.workspace.write():
            runs.end_run(self.workspace, editing.row_or_404(self.workspace, "run", identifier), error_message)

    def delete_connection(self, identifier: str) -> None:
        """Delete a connection, also one with syncs."""
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
        """Add a stream to an integration, or change it: ``retired``, ``in_favor_of``, ``selectable`` …"""
        with self.workspace.write():
            self.workspace.catalogue.set_stream(integration_id, name, **fields)

    def remove_catalogue_stream(self, integration_id: str, name: str) -> None:
        """Remove a stream from an integration."""
        with self.workspace.write():
            self.workspace.catalogue.remove_stream(integration_id, name)

    def set_settings_schema(self, integration_id: str, schema: dict[str, Any]) -> None:
        """Replace the JSON Schema of the settings of an integration; ``{}`` for no settings."""
        with self.workspace.write():
            self.workspace.catalogue.set_settings(integration_id, schema)

    def _create(self, kind: str, **fields: Any) -> Row:
        with self.workspace.write():
            return plain(editing.create(self.workspace, kind, fields))

    def _patch(self, kind: str, identifier: str, fields: Row) -> Row:
        with self.workspace.write():
            return plain(editing.patch(self.workspace, kind, identifier, fields))

    def _delete(self, kind: str, identifier: str) -> None:
        with self.workspace.write():
            editing.delete(self.workspace, kind, identifier)
