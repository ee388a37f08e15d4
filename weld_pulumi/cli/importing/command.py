"""``weld-pulumi import``: the command, what it reads, and what it prints."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ...api.client import WeldClient
from ...api.models import ConnectionInfo, EltSyncInfo
from ...errors import WeldValidationError
from ...provider.core.context import ProviderContext
from ...provider.core.reporter import Reporter
from ..client_options import pass_client
from ..lookup import find
from ..output import console, json_option, print_json, print_line, print_note, spinner
from ..progress import progress
from .collect import Options, Workspace, collect
from .files import NextSteps
from .managed import NOTHING, managed_by
from .write import Target

__all__ = ["import_"]


@click.command(
    "import",
    short_help="Write a program for what is in Weld, and an import file.",
    epilog="""\b
Examples:
  weld-pulumi import --output weld
  weld-pulumi import --output stripe --connection "Stripe (production)" --separate
  weld-pulumi import --only-unmanaged
""",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    metavar="DIR",
    help="Folder to write to (default: this one).",
)
@click.option(
    "--connection", "connections", multiple=True, metavar="NAME|ID", help="Only this connection and its syncs."
)
@click.option("--sync", "syncs", multiple=True, metavar="NAME|ID", help="Only this sync.")
@click.option(
    "--only-unmanaged", is_flag=True, help="Leave out what the current stack manages; write an addition to its program."
)
@click.option("--adopt", is_flag=True, help="Set adopt= in the program, instead of writing an import file.")
@click.option("--protect/--no-protect", default=True, help="Protect the imported resources from deletion (default).")
@click.option(
    "--inline/--separate",
    default=True,
    help="Write streams as entries of their sync (default) or as separate resources.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@json_option
@pass_client
def import_(
    client: WeldClient,
    connections: tuple[str, ...],
    syncs: tuple[str, ...],
    inline: bool,
    as_data: bool,
    **wanted: Any,
) -> None:
    """Write a program for what is already in Weld, and a file with which Pulumi imports it.

    Nothing is changed in Weld. --connection and --sync take ids or names and may be repeated; together, they select
    exactly what is imported.
    """
    target = Target(**wanted)
    target.require_free()
    found = _read(client, connections, syncs, separate=not inline, target=target)
    if not found.resources:
        for text in found.notes:
            print_note(f"Note: {text}")
        beyond = " that the current stack does not manage" if target.only_unmanaged else ""
        raise WeldValidationError(f"There is nothing in Weld to import{beyond}.")
    next_steps = target.next_steps(client.settings.api_url)
    written = target.write(found, next_steps)
    counts = {kind: [r.kind for r in found.resources].count(kind) for kind in ("Connection", "EltSync", "SourceStream")}
    streams = sum(len(r.inputs.get("source_streams") or ()) for r in found.resources)
    if as_data:
        files = [str(path) for path in written]
        print_json({"written": files, "resources": counts, "inline_streams": streams, "notes": found.notes})
    else:
        _report(target, found, written, counts, streams, next_steps)


def _read(
    client: WeldClient, connections: Sequence[str], syncs: Sequence[str], separate: bool, target: Target
) -> Workspace:
    managed = managed_by(click.get_current_context().params.get("stack")) if target.only_unmanaged else NOTHING
    context = ProviderContext(client.settings, lambda _: client, Reporter(lambda _: None))
    with spinner(console(to_stderr=True), "Reading Weld"):
        connection_ids = [find(client, word, "connection").id for word in connections]
        sync_ids = [find(client, word, "sync").id for word in syncs]
        all_connections, all_syncs = context.reads.connections(), client.list_syncs()
        destinations = _destinations(context, all_connections, all_syncs)
    taken, synced = all_connections, all_syncs
    if connection_ids or sync_ids:
        taken = [c for c in taken if c.id in connection_ids]
        synced = [s for s in synced if (s.id in sync_ids if sync_ids else s.source_connection_id in connection_ids)]
    taken, synced = sorted(taken, key=_of_connection), sorted(synced, key=_of_sync)
    with progress(f"Reading {len(taken)} connections and {len(synced)} syncs", len(taken) + len(synced)) as count:
        return collect(context, taken, synced, destinations, Options(separate, target.adopt, managed, count.step))


def _destinations(
    context: ProviderContext, connections: Sequence[ConnectionInfo], syncs: Sequence[EltSyncInfo]
) -> set[str]:
    """Return the ids of connections that syncs write into, or whose integration is no source."""
    sources = {integration.id for integration in context.reads.integrations()}
    written_to = {sync.destination_connection_id for sync in syncs}
    return {c.id for c in connections if c.id in written_to or (c.integration_id and c.integration_id not in sources)}


def _of_connection(connection: ConnectionInfo) -> tuple[str, ...]:
    return connection.integration_id or "", connection.label or "", connection.id


def _of_sync(sync: EltSyncInfo) -> tuple[str, ...]:
    return sync.source_integration_id or "", sync.destination_schema_name or "", sync.id


def _report(
    target: Target,
    found: Workspace,
    written: Sequence[Path],
    counts: dict[str, int],
    streams: int,
    next_steps: NextSteps,
) -> None:
    summary = [f"{count} {kind}" for kind, count in counts.items() if count]
    summary += [f"{streams} inline streams"] if streams else []
    print_line(f"Written: {', '.join(map(str, written))} ({', '.join(summary)}).")
    for text in found.notes:
        print_note(f"Note: {text}")
    steps = next_steps.steps()
    if target.output != Path(".") and not target.only_unmanaged:
        steps.insert(0, ("Change to the program's folder:", [f"cd {shlex.quote(str(target.output))}"]))
    for step, commands in steps:
        for line in ("", step, *(f"  {command}" for command in commands)):
            print_line(line)
