"""Weld's resources under Pulumi's mocks, as a user's unit test has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime import Mocks, set_mocks
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

import weld_pulumi as weld
from weld_pulumi.provider.connection.handler import ConnectionHandler
from weld_pulumi.provider.elt_sync.handler import EltSyncHandler
from weld_pulumi.provider.elt_sync_run.handler import EltSyncRunHandler
from weld_pulumi.provider.source_stream.handler import SourceStreamHandler

TOKEN = "pulumi-python:dynamic/weld:"
ANSWERED: dict[str, dict[str, Any]] = {
    "Connection": {
        "status": "PENDING",
        "authorize_url": "https://weld.invalid/authorize?token=t",
        "authorize_expires_at": "2026-01-02T00:00:00Z",
        "created_at": "2026-01-01T00:00:00Z",
    },
    "EltSync": {
        "status": "RUNNING",
        "account_id": "acc",
        "source_integration_id": "stripe",
        "destination_integration_id": "databricks",
        "destination_connection_id": "conn",
        "stream_ids": {"charges": "str_1"},
        "created_at": "2026-01-01T00:00:00Z",
    },
    "EltSyncRun": {
        "status": "COMPLETED",
        "streams_result": {"charges": {"status": "COMPLETED", "rows_synced": 1}},
        "rows_synced": 1,
        "finished_at": "2026-01-01T00:00:00Z",
    },
    "SourceStream": {"incremental_primary_key_name": ["id"], "created_at": "2026-01-01T00:00:00Z"},
}


class Weld(Mocks):
    """Record the resources of a program, and respond as `up` would."""

    def __init__(self) -> None:
        self.made: dict[str, MockResourceArgs] = {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.made[args.name] = args
        return f"{args.name}-id", {**args.inputs, **ANSWERED.get(args.typ.removeprefix(TOKEN), {})}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None


def seen(program: Callable[[], list[Any]]) -> list[Any]:
    """Run a program as Pulumi does; return the values of the outputs that it returns."""
    values: list[Any] = []

    as_pulumi_does: Any = pulumi.runtime.test
    as_pulumi_does(lambda: pulumi.Output.all(*program()).apply(values.extend))()
    return values


def registered(resource: Any) -> tuple[str, set[str]]:
    """Return the type of a resource that is registered with the engine, and the attributes that a program sees."""
    mocks, names = Weld(), set[str]()
    set_mocks(mocks)

    def program() -> list[Any]:
        found = resource.get("it", "the-id")
        names.update(name for name in vars(found) if not name.startswith("_"))
        return [found.urn]

    seen(program)
    return mocks.made["it"].typ, names


TABLES: dict[Any, Any] = {
    weld.Connection: ConnectionHandler.schema,
    weld.EltSync: EltSyncHandler.schema,
    weld.EltSyncRun: EltSyncRunHandler.schema,
    weld.SourceStream: SourceStreamHandler.schema,
}
