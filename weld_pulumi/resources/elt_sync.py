"""``weld.EltSync``: tables of one source, copied into one schema of the destination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import pulumi

from ._base import WeldResource
from .source_stream import SourceStreamArgs, SourceStreamArgsDict

__all__ = ["EltSync"]

Triggers = Sequence[Any] | Mapping[str, Any]
Stream = pulumi.Input[SourceStreamArgs | SourceStreamArgsDict | str]


class EltSync(WeldResource):
    """A sync: tables of one source connection, copied into one schema of the destination on a schedule.

    The destination is the one of the Weld workspace. One ``up`` ends with a sync that runs, unless ``enabled`` is
    False. (Source: the ELT Syncs part of Weld's OpenAPI document.)

    Example::

        sync = weld.EltSync(
            "stripe-to-databricks",
            connection_id=stripe.id,
            destination_schema_name="weld_stripe",
            sync_interval="0 */6 * * *",
            source_streams=[{"name": "charges"}, weld.SourceStreamArgs(name="customers", hashed_columns=["email"])],
        )

    Args:
        resource_name: name of the resource in the stack.
        opts: Pulumi's resource options; ``import_`` does not work, use ``adopt``.
        connection_id: Weld's id of the **source** connection. A change makes a new sync.
        destination_schema_name: schema in the destination that receives the tables. A change makes a new sync.
        sync_interval: cron expression with five fields, such as ``"0 */6 * * *"``; required unless
            ``orchestration_workflow_id`` is given, and beside it what Weld falls back to.
        orchestration_workflow_id: Weld's id of an orchestration that runs the sync instead of a schedule.
        elt_settings: settings of the source; ``weld-pulumi settings CONNECTION_ID`` shows which. Only the keys that
            are given are managed.
        start_date: earliest data, ``YYYY-MM-DD``. A change makes a new sync.
        enabled: the sync runs on its schedule; default True.
        source_streams: all the streams of the sync, each a :class:`SourceStreamArgs`, a dict with the same keys, or
            just its name (or pattern).
            None: the streams are managed elsewhere (by :class:`SourceStream` resources or in Weld) and left alone.
        adopt: take over a sync that is there: its id, or ``True`` for the only one with this connection and schema.
        deletion_policy: ``"delete"`` (default), ``"disable"`` or ``"retain"``: what removing the resource does.
        remove_destination_data: on deletion also drop the tables in the destination; default False.
        run_triggers: list or dict; any change requests one run of every stream.
        full_refresh_triggers: list or dict; any change marks every stream for a full refresh.
        on_pending_connection: what ``up`` does while the connection waits for a person: ``"fail"`` (default), or
            ``"skip"``: it succeeds with a warning, and a later ``up`` makes the sync.

    Attributes:
        id: Weld's id of the sync; it begins with ``pending-`` while the sync waits for its connection.
        status: ``NOT_STARTED``, ``RUNNING``, ``FAILED`` or ``PAUSED``, as of the last ``up`` or ``refresh``;
            ``PENDING`` while the sync waits for its connection.
        account_id: Weld's id of the workspace.
        source_integration_id: the integration of the source, for example ``stripe``.
        destination_integration_id: the integration of the destination, for example ``databricks``.
        destination_connection_id: Weld's id of the destination connection.
        stream_ids: dict of stream name to Weld's stream id, for inline streams.
        created_at: ISO 8601 time.

    Raises:
        WeldValidationError: ``import_`` is among the options.
    """

    _kind = "EltSync"
    _derived = MappingProxyType({"stream_ids": "source_streams"})
    _outputs = (
        "status",
        "account_id",
        "source_integration_id",
        "destination_integration_id",
        "destination_connection_id",
        "stream_ids",
        "created_at",
    )
    _defaults = MappingProxyType(
        {
            "enabled": True,
            "adopt": False,
            "deletion_policy": "delete",
            "remove_destination_data": False,
            "on_pending_connection": "fail",
        }
    )

    # For the type checker only: the SDK would evaluate them anew for each of a thousand resources, and compare
    # each of thousands of entries with its type, to change none of them.
    if TYPE_CHECKING:
        connection_id: pulumi.Output[str]
        destination_schema_name: pulumi.Output[str]
        sync_interval: pulumi.Output[str | None]
        orchestration_workflow_id: pulumi.Output[str | None]
        elt_settings: pulumi.Output[dict[str, Any] | None]
        start_date: pulumi.Output[str | None]
        enabled: pulumi.Output[bool]
        adopt: pulumi.Output[bool | str]
        deletion_policy: pulumi.Output[str]
        remove_destination_data: pulumi.Output[bool]
        run_triggers: pulumi.Output[Any]
        full_refresh_triggers: pulumi.Output[Any]
        on_pending_connection: pulumi.Output[str]
        status: pulumi.Output[str]
        account_id: pulumi.Output[str]
        source_integration_id: pulumi.Output[str]
        destination_integration_id: pulumi.Output[str]
        destination_connection_id: pulumi.Output[str]
        created_at: pulumi.Output[str | None]
        source_streams: pulumi.Output[list[dict[str, Any]] | None]
        stream_ids: pulumi.Output[dict[str, str]]

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        connection_id: pulumi.Input[str],
        destination_schema_name: pulumi.Input[str],
        sync_interval: pulumi.Input[str] | None = None,
        orchestration_workflow_id: pulumi.Input[str] | None = None,
        elt_settings: pulumi.Input[Mapping[str, Any]] | None = None,
        start_date: pulumi.Input[str] | None = None,
        enabled: pulumi.Input[bool] | None = None,
        source_streams: pulumi.Input[Sequence[Stream]] | None = None,
        adopt: pulumi.Input[bool | str] | None = None,
        deletion_policy: pulumi.Input[Literal["delete", "disable", "retain"]] | None = None,
        remove_destination_data: pulumi.Input[bool] | None = None,
        run_triggers: pulumi.Input[Triggers] | None = None,
        full_refresh_triggers: pulumi.Input[Triggers] | None = None,
        on_pending_connection: pulumi.Input[Literal["fail", "skip"]] | None = None,
    ) -> None:
        self._register(resource_name, opts, locals())
