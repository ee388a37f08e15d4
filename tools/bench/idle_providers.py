"""Dynamic providers that do nothing: what Pulumi itself costs.

The benchmark copies this file into its projects, so that the classes are pickled by reference, as those of
`weld_pulumi` are.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, ClassVar

import pulumi
from pulumi import dynamic

_numbers = itertools.count(1)
_NOW = "2026-01-01T00:00:00.000Z"
_ID = "abcdefghijklmn"
# What an EltSync holds beyond the arguments of the program; a SourceStream omits defaults.
_SYNC_DEFAULTS = {
    "adopt": False,
    "deletion_policy": "delete",
    "enabled": True,
    "remove_destination_data": False,
    "on_pending_connection": "fail",
    "on_new_streams": "add",
}
_SYNC_IDS = ("account_id", "source_integration_id", "destination_integration_id", "destination_connection_id")


class IdleProvider(dynamic.ResourceProvider):
    """Returns an id; all else is left to the base class, whose `diff` lets the engine compare."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Return an id and the inputs."""
        return dynamic.CreateResult(f"idle-{next(_numbers)}", props)


class NoopProvider(IdleProvider):
    """Also keeps the engine from comparing: every resource is unchanged."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Return that nothing has changed."""
        return dynamic.DiffResult(changes=False)


class TwinProvider(IdleProvider):
    """Also fills the state as Weld's resources do, with defaults and with what Weld returns."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        """Return the inputs with defaults."""
        return dynamic.CheckResult({**_defaults(news), **news}, [])

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Return an id, the inputs and the outputs."""
        return dynamic.CreateResult(f"twin-{next(_numbers)}", {**props, **_outputs(props)})


class Idle(dynamic.Resource, module="bench", name="Idle"):
    """A resource with the properties that it is given."""

    provider: ClassVar[type[IdleProvider]] = IdleProvider

    def __init__(
        self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(self.provider(), resource_name, dict(props), opts)


class Noop(Idle, module="bench", name="Noop"):
    """A resource that is never compared."""

    provider = NoopProvider


class Twin(Idle, module="bench", name="Twin"):
    """A resource with the arguments and outputs of Weld's own."""

    provider = TwinProvider

    def __init__(
        self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        unknown = dict.fromkeys([*_defaults(props), *_outputs(props)])
        super().__init__(resource_name, {**unknown, **props}, opts)


def _defaults(props: Mapping[str, Any]) -> dict[str, Any]:
    return {} if "elt_sync_id" in props else _SYNC_DEFAULTS


def _outputs(props: Mapping[str, Any]) -> dict[str, Any]:
    if "elt_sync_id" in props:
        return {"created_at": _NOW, "incremental_primary_key_name": ["id"]}
    stream_ids = {entry["name"]: _ID for entry in props.get("source_streams", [])}
    return {"created_at": _NOW, "status": "RUNNING", "stream_ids": stream_ids, **dict.fromkeys(_SYNC_IDS, _ID)}
