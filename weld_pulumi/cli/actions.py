"""Commands that make Weld do something once. What a program declares is for `pulumi up`."""

from __future__ import annotations

import click

from .._text import printable
from ..api.client import WeldClient
from ..errors import ConflictError, WeldError
from .client_options import pass_client
from .id_command import IdCommand
from .lookup import find
from .output import print_line
from .progress import progress

__all__ = ["disable", "enable", "full_refresh", "run", "run_orchestration"]

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask back.")


def confirm(question: str, yes: bool) -> None:
    """Ask before something that cannot be taken back."""
    if not yes:
        click.confirm(printable(f"{question} Go on?"), abort=True, err=True)


@click.command(
    cls=IdCommand,
    short_help="Run a stream, or all streams of a sync, now.",
    epilog="""\b
Examples:
  weld-pulumi run weld_stripe
  weld-pulumi run weld_stripe/charges
  weld-pulumi run SCTVdLAcyDTgNx
""",
)
@click.argument("what", metavar="SYNC|STREAM")
@pass_client
def run(client: WeldClient, what: str) -> None:
    """Run a stream, or all the streams of a sync, now, once."""
    found = find(client, what, "stream", "sync")
    if found.kind == "sync":
        _run_all(client, found.id)
        return
    try:
        client.request_run(found.id)
    except ConflictError:
        print_line(f"Stream {found.id} is running already; see `weld-pulumi runs {found.id}`.")
        return
    print_line(
        f"A run of stream {found.id} is asked for; it may take minutes until `weld-pulumi runs {found.id}` shows it."
    )


def _run_all(client: WeldClient, sync_id: str) -> None:
    streams = sorted(client.list_streams(sync_id), key=lambda stream: stream.name)
    if not streams:
        print_line("The sync has no streams.")
        return
    running = 0
    with progress("Requesting runs", len(streams)) as count:
        for stream in streams:
            try:
                client.request_run(stream.id)
            except ConflictError:
                running += 1
            except WeldError as error:
                error.advise(f"Runs of {count.done} of {len(streams)} streams were requested before.")
                raise
            count.step()
    already = f"; {running} of them {'was' if running == 1 else 'were'} running already" if running else ""
    runs = "A run of 1 stream is" if len(streams) == 1 else f"Runs of {len(streams)} streams are"
    print_line(f"{runs} requested{already}. `weld-pulumi status {sync_id}` shows them.")


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
@click.argument("stream", metavar="STREAM")
@click.option("--reset-history-table", is_flag=True, help="Throw the history table away too, for ever.")
@click.option("--cancel", is_flag=True, help="Take the mark for a full refresh away.")
@yes_option
@pass_client
def full_refresh(client: WeldClient, stream: str, reset_history_table: bool, cancel: bool, yes: bool) -> None:
    """Mark a stream, so that its next run copies everything again."""
    if cancel and reset_history_table:
        raise click.UsageError("--cancel and --reset-history-table exclude each other.")
    stream_id = find(client, stream, "stream").id
    if cancel:
        client.cancel_full_refresh(stream_id)
        print_line(f"Stream {stream_id} is not marked for a full refresh any more.")
        return
    name = client.get_stream(stream_id).name
    lost = " and its history table is thrown away, for ever" if reset_history_table else ""
    confirm(f"The next run of stream {name!r} copies everything again{lost}.", yes)
    client.request_full_refresh(stream_id, reset_history_table)
    print_line(f"The next run of stream {name!r} ({stream_id}) is a full refresh{lost}.")


@click.command(cls=IdCommand, epilog="Example: weld-pulumi enable q4Rk8vp_fhTjqf")
@click.argument("sync", metavar="SYNC")
@pass_client
def enable(client: WeldClient, sync: str) -> None:
    """Let a sync run on its schedule."""
    sync_id = find(client, sync, "sync").id
    client.enable_sync(sync_id)
    print_line(f"Sync {sync_id} is enabled.")


@click.command(
    cls=IdCommand, short_help="Stop the schedule of a sync.", epilog="Example: weld-pulumi disable q4Rk8vp_fhTjqf --yes"
)
@click.argument("sync", metavar="SYNC")
@yes_option
@pass_client
def disable(client: WeldClient, sync: str, yes: bool) -> None:
    """Stop the schedule of a sync: no data arrives until it is enabled again."""
    sync_id = find(client, sync, "sync").id
    name = client.get_sync(sync_id).destination_schema_name
    schema = f" into {name!r}" if name else ""
    confirm(f"Sync {sync_id} copies nothing more{schema}.", yes)
    client.disable_sync(sync_id)
    print_line(f"Sync {sync_id} is disabled.")


@click.command(
    "run-orchestration",
    cls=IdCommand,
    short_help="Run an orchestration now, once.",
    epilog="Example: weld-pulumi run-orchestration 3LIw2FdxoByya9",
)
@click.argument("orchestration", metavar="ORCHESTRATION")
@pass_client
def run_orchestration(client: WeldClient, orchestration: str) -> None:
    """Run an orchestration now, once, with all that is attached to it."""
    orchestration_id = find(client, orchestration, "orchestration").id
    name = client.get_orchestration(orchestration_id).name
    made = client.request_orchestration_run(orchestration_id)
    print_line(f"Run {made.id} of orchestration {name!r} is asked for.")
