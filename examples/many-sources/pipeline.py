"""A pipeline: a source, and the sync that copies its tables into a schema. Copy this file into your project."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

import weld_pulumi as weld

Stream = str | weld.SourceStreamArgs | weld.SourceStreamArgsDict


class Pipeline(pulumi.ComponentResource):
    """A connection and its sync.

    Args:
        name: name of the component, and of the resources in it.
        schema: schema in the destination that receives the tables.
        schedule: cron expression of five fields.
        streams: names or patterns, or dicts with the arguments of `weld.SourceStreamArgs`.
        integration: Weld's id of the integration, for a new connection.
        label: name of the new connection in Weld; default: the name of the component.
        connection_id: Weld's id of a connection that exists, instead of `integration` and `label`.
        settings: `elt_settings` of the sync.
        authorization_timeout: seconds that `up` waits for a person; default: that of `weld.Connection`.
        opts: options of the component; its resources inherit among others `protect`, `provider` and `aliases`.
    """

    connection_id: pulumi.Output[str]
    sync_id: pulumi.Output[str]
    schema: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        schema: pulumi.Input[str],
        schedule: pulumi.Input[str],
        streams: pulumi.Input[Sequence[Stream]],
        integration: pulumi.Input[str] | None = None,
        label: pulumi.Input[str] | None = None,
        connection_id: pulumi.Input[str] | None = None,
        settings: pulumi.Input[Mapping[str, Any]] | None = None,
        authorization_timeout: pulumi.Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        # This type is part of the URNs of all resources in it. Whoever changes it adds an alias with the old one.
        super().__init__("weld-pipelines:index:Pipeline", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        if connection_id is None:
            if integration is None:
                raise pulumi.RunError(f"Pipeline {name!r}: integration or connection_id is required.")
            connection = weld.Connection(
                name,
                integration_id=integration,
                label=name if label is None else label,
                authorization_timeout=authorization_timeout,
                opts=child,
            )
            connection_id = connection.id
        sync = weld.EltSync(
            # Starts with the name of the component: then an alias of the component includes it.
            name,
            connection_id=connection_id,
            destination_schema_name=schema,
            sync_interval=schedule,
            elt_settings=settings,
            source_streams=streams,
            # A source that waits for a person does not stop the others.
            on_pending_connection="skip",
            opts=child,
        )
        self.connection_id = sync.connection_id
        self.sync_id = sync.id
        self.schema = sync.destination_schema_name
        self.register_outputs({"connection_id": self.connection_id, "sync_id": self.sync_id, "schema": self.schema})
