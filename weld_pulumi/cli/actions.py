"""Commands that make Weld do something once. What a program declares is for `pulumi up`."""

from __future__ import annotations

import click

from .._text import printable
from ..api.client import WeldClient
from ..errors import ConflictError
from .ids import IdCommand
from .show import say
from .weld import asks_weld, named

__all__ = ["disable", "enable", "full_refresh", "run", "run_orchestration"]

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask back.")


def confirm(question: str, yes: bool) -> None:
    """Ask before something that cannot be taken back."""
    if not yes:
        click.confirm(printable(f"{question} Go on?"), abort=True, err=True)


@click.command(cls=IdCommand, epilog="Example: weld-pulumi run SCTVdLAcyDTgNx")
@click.argument("stream_id")
@asks_weld
def run(client: WeldClient, stream_id: str) -> None:
    """Run a stream now, once."""
    with named("stream", stream_id, "streams SYNC_ID"):
        try:
            client.request_run(stream_id)
        except ConflictError:
            say(f"Stream {stream_id} is running already; see `weld-pulumi runs {stream_id}`.")
            return
    say(f"A run of stream {stream_id} is asked for; it may take minutes until `weld-pulumi runs {stream_id}` shows it.")


@click.command(
    "full-refresh",
    cls=IdCommand,
    short_help="Let the next run of a stream copy everything.",
    epilog="""\b
Examples:
  weld-pulumi full-refresh SCTVdLAcyDTgNx
  weld-pulumi full-refresh SCTVdLAcyDTgNx --reset-history-table --yes
  weld-pulumi full-refresh SCTVdLAcyDTgNx --cancel
""",
)
@click.argument("stream_id")
@click.option("--reset-history-table", is_flag=True, help="Throw the history table away too, for ever.")
@click.option("--cancel", is_flag=True, help="Take the mark for a full refresh away.")
@yes_option
@asks_weld
def full_refresh(client: WeldClient, stream_id: str, reset_history_table: bool, cancel: bool, yes: bool) -> None:
    """Mark a stream, so that its next run copies everything again."""
    if cancel and reset_history_table:
        raise click.UsageError("--cancel and --reset-history-table exclude each other.")
    with named("stream", stream_id, "streams SYNC_ID"):
        if cancel:
            client.cancel_full_refresh(stream_id)
            say(f"Stream {stream_id} is not marked for a full refresh any more.")
            return
        name = client.get_stream(stream_id).name
        lost = " and its history table is thrown away, for ever" if reset_history_table else ""
        confirm(f"The next run of stream {name!r} copies everything again{lost}.", yes)
        client.request_full_refresh(stream_id, reset_history_table)
    say(f"The next run of stream {name!r} ({stream_id}) is a full refresh{lost}.")


@click.command(cls=IdCommand, epilog="Example: weld-pulumi enable q4Rk8vp_fhTjqf")
@click.argument("sync_id")
@asks_weld
def enable(client: WeldClient, sync_id: str) -> None:
    """Let a sync run on its schedule."""
    with named("sync", sync_id, "syncs"):
        client.enable_sync(sync_id)
    say(f"Sync {sync_id} is enabled.")


@click.command(
    cls=IdCommand, short_help="Stop the schedule of a sync.", epilog="Example: weld-pulumi disable q4Rk8vp_fhTjqf --yes"
)
@click.argument("sync_id")
@yes_option
@asks_weld
def disable(client: WeldClient, sync_id: str, yes: bool) -> None:
    """Stop the schedule of a sync: no data arrives until it is enabled again."""
    with named("sync", sync_id, "syncs"):
        sync = client.get_sync(sync_id)
        schema = f" into {sync.destination_schema_name!r}" if sync.destination_schema_name else ""
        confirm(f"Sync {sync_id} copies nothing more{schema}.", yes)
        client.disable_sync(sync_id)
    say(f"Sync {sync_id} is disabled.")


@click.command(
    "run-orchestration",
    cls=IdCommand,
    short_help="Run an orchestration now, once.",
    epilog="Example: weld-pulumi run-orchestration 3LIw2FdxoByya9",
)
@click.argument("orchestration_id")
@asks_weld
def run_orchestration(client: WeldClient, orchestration_id: str) -> None:
    """Run an orchestration now, once, with all that is attached to it."""
    with named("orchestration", orchestration_id, "orchestrations"):
        name = client.get_orchestration(orchestration_id).name
        made = client.request_orchestration_run(orchestration_id)
    say(f"Run {made.id} of orchestration {name!r} is asked for.")
