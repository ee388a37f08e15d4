"""A minimal client of Weld, and a clock that does not wait."""

from __future__ import annotations

from typing import Any

from weld_pulumi.api.models import ConnectionBridge, ConnectionInfo
from weld_pulumi.api.retries import Lookup
from weld_pulumi.errors import NotFoundError
from weld_pulumi.provider.core.context import Clock

__all__ = ["FakeClient", "FastClock"]


class FakeClient:
    """Open bridges, and list the connections that a test adds."""

    def __init__(self) -> None:
        self.connections: list[ConnectionInfo] = []
        self.bridges: list[ConnectionBridge] = []
        self.with_settings: set[str] = set()
        self.bodies: list[dict[str, str]] = []

    def list_connections(self) -> list[ConnectionInfo]:
        return list(self.connections)

    def get_connection_settings(self, connection_id: str) -> dict[str, Any]:
        if connection_id not in self.with_settings:
            raise NotFoundError(404)
        return {}

    def list_bridges(self) -> list[ConnectionBridge]:
        return list(self.bridges)

    def create_bridge(self, body: dict[str, str], lookup: Lookup[ConnectionBridge]) -> ConnectionBridge:
        self.bodies.append(body)
        number = len(self.bodies)
        bridge = ConnectionBridge(id=f"b{number}", authorize_url=f"https://weld.example/authorize?token=t{number}")
        self.bridges.append(bridge)
        return bridge


class FastClock(Clock):
    """A clock that advances only by waiting."""

    time = 1_700_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
