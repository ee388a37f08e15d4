"""``weld.EltSync``: tables of one source, copied into one schema of the destination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pulumi

from ..schema.elt_sync import ELT_SYNC
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

        import weld_pulumi as weld

        stripe = weld.Connection("stripe", integration_id="stripe")
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
        connection_id: Weld's id of the **source** connection. A change creates a new sync.
        destination_schema_name: schema in the destination that receives the tables. A change creates a new sync.
        sync_interval: cron expression of five fields; required unless ``orchestration_workflow_id`` is given. Beside
            one, it is the schedule that the sync returns to when the orchestration is detached.
        orchestration_workflow_id: Weld's id of an orchestration that runs the sync instead of a schedule.
        elt_settings: settings of the source; ``weld-pulumi settings CONNECTION_ID`` shows which there are. Only the
            keys that are given are managed.
        start_date: earliest data, ``YYYY-MM-DD``. A change creates a new sync.
        enabled: the sync runs on its schedule. Default: ``True``.
        source_streams: all streams of the sync, each a ``SourceStreamArgs``, a dict with the same keys, or just its
            name (or pattern). None: the streams are managed elsewhere (by ``SourceStream`` resources or in Weld) and
            left alone.
        adopt: take over an existing sync: its id, or ``True`` for the only one with this connection and schema.
            Default: ``False``.
        deletion_policy: what removing the resource does to the sync in Weld. Default: ``"delete"``.
        remove_destination_data: deleting the sync also drops its tables in the destination. Default: ``False``.
        run_triggers: list or dict; any change requests one run of every stream.
        full_refresh_triggers: list or dict; any change requests a full refresh of every stream.
        on_pending_connection: what ``up`` does while the connection waits for a person: ``fail``, or ``skip``: it
            succeeds with a warning, and a later ``up`` creates the sync. Default: ``"fail"``.
        on_new_streams: what happens to streams that a pattern matches and the last ``up`` did not have: ``add``;
            ``ignore``: they are left out and reported until the program lists them by name; ``fail``: preview and
            ``up`` refuse them. Default: ``"add"``.

    Attributes:
        id: Weld's id of the sync; begins with ``pending-`` while a person has to authorize first.
        status: ``NOT_STARTED``, ``RUNNING``, ``FAILED`` or ``PAUSED``, as of the last ``up`` or ``refresh``;
            ``PENDING`` while the sync waits for its connection.
        account_id: Weld's id of the workspace.
        source_integration_id: the integration of the source, for example ``stripe``.
        destination_integration_id: the integration of the destination, for example ``databricks``.
        destination_connection_id: Weld's id of the destination connection.
        stream_ids: Weld's stream id by stream name, for inline streams.
        created_at: ISO 8601 time.

    Raises:
        WeldValidationError: ``import_`` is among the options.
    """

    _schema = ELT_SYNC

    # Outputs, for the type checker only; see WeldResource.
    if TYPE_CHECKING:
        connection_id: pulumi.Output[str]
        destination_schema_name: pulumi.Output[str]
        sync_interval: pulumi.Output[str | None]
        orchestration_workflow_id: pulumi.Output[str | None]
        elt_settings: pulumi.Output[dict[str, Any] | None]
        start_date: pulumi.Output[str | None]
        enabled: pulumi.Output[bool]
        source_streams: pulumi.Output[list[dict[str, Any]] | None]
        adopt: pulumi.Output[bool | str]
        deletion_policy: pulumi.Output[str]
        remove_destination_data: pulumi.Output[bool]
        run_triggers: pulumi.Output[Any]
        full_refresh_triggers: pulumi.Output[Any]
        on_pending_connection: pulumi.Output[str]
        on_new_streams: pulumi.Output[str]
        status: pulumi.Output[str]
        account_id: pulumi.Output[str]
        source_integration_id: pulumi.Output[str]
        destination_integration_id: pulumi.Output[str]
        destination_connection_id: pulumi.Output[str]
        stream_ids: pulumi.Output[dict[str, str]]
        created_at: pulumi.Output[str | None]

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
        on_new_streams: pulumi.Input[Literal["add", "ignore", "fail"]] | None = None,
    ) -> None:
        self._construct(resource_name, opts, locals())
