"""Commands that list objects of Weld."""

from __future__ import annotations

import click

from ..api.client import WeldClient
from ..api.models import AvailableSourceStream, EltStreamInfo, EltSyncInfo
from .client_options import pass_client
from .id_command import IdCommand
from .lookup import find
from .output import Column, json_option, print_rows

__all__ = ["connections", "integrations", "orchestrations", "runs", "streams", "syncs"]


@click.command(
    short_help="List connections: sources and destinations.",
    epilog="Example: weld-pulumi connections --integration-id stripe",
)
@click.option("--integration-id", metavar="ID", help="Only those of this integration.")
@json_option
@pass_client
def connections(client: WeldClient, integration_id: str | None, as_data: bool) -> None:
    """List the connections of the workspace: sources and destinations."""
    rows = [c for c in client.list_connections() if integration_id in (None, c.integration_id)]
    columns = (
        Column("id", lambda c: c.id, whole=True),
        Column("integration", lambda c: c.integration_id, whole=True),
        Column("label", lambda c: c.label),
        Column("created", lambda c: c.created_at, time=True),
    )
    print_rows(rows, columns, as_data, "There are no connections.")


@click.command(
    short_help="List the integrations that can be connected.",
    epilog="Example: weld-pulumi integrations --ability ReverseEtlDestination",
)
@click.option(
    "--ability",
    type=click.Choice(["EltSource", "ReverseEtlDestination"]),
    default="EltSource",
    show_default=True,
    help="What the integrations can do.",
)
@json_option
@pass_client
def integrations(client: WeldClient, ability: str, as_data: bool) -> None:
    """List the integrations that this workspace can connect: the values of integration_id."""
    columns = (
        Column("id", lambda i: i.id, whole=True),
        Column("name", lambda i: i.name),
        Column("start date", lambda i: i.supports_start_date),
        Column("plan", lambda i: i.min_required_plan),
    )
    print_rows(client.list_integrations(ability), columns, as_data, "There are no integrations with this ability.")


@click.command(epilog="Example: weld-pulumi syncs --connection-id X4ughggABSd3UY")
@click.option("--connection-id", metavar="NAME|ID", help="Only those of this source connection.")
@json_option
@pass_client
def syncs(client: WeldClient, connection_id: str | None, as_data: bool) -> None:
    """List the syncs of the workspace."""
    connection_id = connection_id and find(client, connection_id, "connection").id
    columns = (
        Column("id", lambda s: s.id, whole=True),
        Column("schema", lambda s: s.destination_schema_name, whole=True),
        Column("source", lambda s: s.source_integration_id),
        Column("connection", lambda s: s.source_connection_id, whole=True),
        Column("runs", _schedule, whole=True),
        Column("enabled", lambda s: s.enabled),
        Column("status", lambda s: s.status),
    )
    print_rows(client.list_syncs(connection_id), columns, as_data, "There are no syncs.")


@click.command(
    cls=IdCommand,
    short_help="List the streams of a sync.",
    epilog="""\b
Examples:
  weld-pulumi streams weld_stripe
  weld-pulumi streams q4Rk8vp_fhTjqf --available
""",
)
@click.argument("sync", metavar="SYNC")
@click.option("--available", is_flag=True, help="List the streams that the source offers instead.")
@json_option
@pass_client
def streams(client: WeldClient, sync: str, available: bool, as_data: bool) -> None:
    """List the streams of a sync, or those that its source offers."""
    sync_id = find(client, sync, "sync").id
    if available:
        print_rows(list(client.list_available_streams(sync_id)), _AVAILABLE, as_data, "The source offers no streams.")
    else:
        print_rows(client.list_streams(sync_id), _STREAMS, as_data, "The sync has no streams.")


@click.command(
    cls=IdCommand, short_help="List the runs of a stream.", epilog="Example: weld-pulumi runs SCTVdLAcyDTgNx --limit 3"
)
@click.argument("stream", metavar="STREAM")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="Maximum number of runs.")
@json_option
@pass_client
def runs(client: WeldClient, stream: str, limit: int, as_data: bool) -> None:
    """List the runs of a stream, newest first; Weld keeps them for three months."""
    columns = (
        Column("id", lambda r: r.id, cut=True),
        Column("status", lambda r: r.status),
        Column("started", lambda r: r.started_at, time=True),
        Column("finished", lambda r: r.finished_at, time=True),
        Column("rows", lambda r: r.rows_synced),
    )
    print_rows(
        client.list_runs(find(client, stream, "stream").id, limit), columns, as_data, "The stream has not run yet."
    )


@click.command(short_help="List the orchestrations.", epilog="Example: weld-pulumi orchestrations")
@json_option
@pass_client
def orchestrations(client: WeldClient, as_data: bool) -> None:
    """List the orchestrations, which are created in Weld's app: the values of orchestration_workflow_id."""
    columns = (Column("id", lambda o: o.id, whole=True), Column("name", lambda o: o.name))
    print_rows(client.list_orchestrations(), columns, as_data, "There are no orchestrations.")


def _schedule(sync: EltSyncInfo) -> str | None:
    return f"by {sync.orchestration_workflow_id}" if sync.orchestration_workflow_id else sync.sync_interval


def _flags(stream: EltStreamInfo) -> list[str]:
    words = {
        "full_sync_always": "always in full",
        "full_sync_at_midnight": "in full at midnight",
        "protected_from_full_sync": "never in full",
        "enabled_history_table": "history table",
    }
    return [word for flag, word in words.items() if getattr(stream, flag)]


def _retired(stream: AvailableSourceStream) -> str | None:
    if not stream.retired:
        return None
    instead = stream.retirement_details and stream.retirement_details.in_favor_of
    return f"use {instead}" if instead else "yes"


_STREAMS = (
    Column("name", lambda s: s.name, whole=True),
    Column("id", lambda s: s.id, whole=True),
    Column("pointer", lambda s: s.incremental_pointer_id),
    Column("primary key", lambda s: s.incremental_primary_key_name),
    Column("flags", _flags),
    Column("without substreams", lambda s: s.excluded_substreams),
)
_AVAILABLE = (
    Column("name", lambda s: s.name, whole=True),
    Column("selectable", lambda s: s.is_selectable),
    Column("preselected", lambda s: s.preselect),
    Column("retired", _retired),
    Column("substreams", lambda s: s.sub_streams),
)
