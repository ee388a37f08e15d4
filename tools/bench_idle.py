"""Dynamic providers that do nothing: what Pulumi itself costs.

Written as a file into the project of the benchmark, so that its classes are found by reference, as `weld_pulumi`'s are.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import dynamic

_numbers = itertools.count(1)
_NOW = "2026-01-01T00:00:00.000Z"
#: What an EltSync holds beyond the program's arguments; a SourceStream leaves out what equals a default.
_SYNC = {
    "adopt": False,
    "deletion_policy": "delete",
    "enabled": True,
    "remove_destination_data": False,
    "on_pending_connection": "fail",
}
_IDS = ("account_id", "source_integration_id", "destination_integration_id", "destination_connection_id")


class EchoProvider(dynamic.ResourceProvider):
    """Gives an id; everything else is what the base class does."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Say that it is there."""
        return dynamic.CreateResult(f"echo-{next(_numbers)}", props)


class Echo(dynamic.Resource, module="bench", name="Echo"):
    """A resource with the properties that it is given."""

    def __init__(
        self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(EchoProvider(), resource_name, dict(props), opts)


class TwinProvider(EchoProvider):
    """Does nothing either, but fills the state as Weld's resources do: with defaults, and with what Weld would tell."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Write the defaults out."""
        return dynamic.CheckResult({**_defaults(news), **news}, [])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Say that it is there, and what there is to tell about it."""
        return dynamic.CreateResult(f"twin-{next(_numbers)}", {**props, **_facts(props)})


class Twin(dynamic.Resource, module="bench", name="Twin"):
    """A resource with the arguments and outputs of Weld's own."""

    def __init__(
        self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        outputs = dict.fromkeys([*_defaults(props), *_facts(props)])
        super().__init__(TwinProvider(), resource_name, {**outputs, **props}, opts)


def _defaults(props: Mapping[str, Any]) -> dict[str, Any]:
    return {} if "elt_sync_id" in props else _SYNC


def _facts(props: Mapping[str, Any]) -> dict[str, Any]:
    if "elt_sync_id" in props:
        return {"created_at": _NOW, "incremental_primary_key_name": ["id"]}
    ids = {entry["name"]: "abcdefghijklmn" for entry in props.get("source_streams", [])}
    return {"created_at": _NOW, "status": "RUNNING", "stream_ids": ids, **dict.fromkeys(_IDS, "abcdefghijklmn")}
