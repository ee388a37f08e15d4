"""Commands that change something in Weld once, without a program: run, refresh, enable, disable."""

from __future__ import annotations

import click

from .._text import printable
from ..api.client import WeldClient
from ..errors import ConflictError, WeldError
from .client_options import pass_client
from .id_command import IdCommand
from .lookup import Found, find
from .output import print_line
from .progress import progress
from .run_wait import run_and_wait

__all__ = ["disable", "enable", "full_refresh", "run", "run_orchestration"]

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask for confirmation.")


def confirm(question: str, yes: bool) -> None:
    """Ask before something that cannot be undone."""
    if not yes:
        click.confirm(printable(f"{question} Continue?"), abort=True, err=True)


@click.command(
    cls=IdCommand,
    short_help="Run a stream, or all streams of a sync, now.",
    epilog="""\b
Examples:
  weld-pulumi run weld_stripe
  weld-pulumi run weld_stripe --wait
  weld-pulumi run weld_stripe/charges
  weld-pulumi run SCTVdLAcyDTgNx
""",
)
@click.argument("what", metavar="SYNC|STREAM")
@click.option("--wait", is_flag=True, help="Show the runs until each has ended; exit code 1 if one fails.")
@click.option("--timeout", type=click.FloatRange(min=1), metavar="SECONDS", help="With --wait: the longest wait.")
@pass_client
def run(client: WeldClient, what: str, wait: bool, timeout: float | None) -> None:
    """Request one run of a stream, or of all streams of a sync."""
    if timeout is not None and not wait:
        raise click.UsageError("--timeout needs --wait.")
    found = find(client, what, "stream", "sync")
    if wait:
        _run_and_wait(client, found, timeout)
        return
    if found.kind == "sync":
        _run_all(client, found.id)
        return
    try:
        client.request_run(found.id)
    except ConflictError:
        print_line(f"Stream {found.id} is already running; see `weld-pulumi runs {found.id}`.")
        return
    print_line(f"Requested a run of stream {found.id}. It may take minutes to appear in `weld-pulumi runs {found.id}`.")


def _run_and_wait(client: WeldClient, found: Found, timeout: float | None) -> None:
    if found.kind == "sync":
        sync_id, streams = found.id, sorted(client.list_streams(found.id), key=lambda stream: stream.name)
    else:
        stream = client.get_stream(found.id)
        if stream.elt_sync_id is None:
            raise WeldError(f"Weld does not report the sync of stream {found.id}. Use the sync instead of the stream.")
        sync_id, streams = stream.elt_sync_id, [stream]
    if not streams:
        print_line("The sync has no streams.")
        return
    run_and_wait(client, sync_id, {stream.name: stream.id for stream in streams}, timeout)


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
                error.add_next_step(f"Runs of {count.done} of {len(streams)} streams were requested before the error.")
                raise
            count.step()
    already = f"; {running} {'was' if running == 1 else 'were'} already running" if running else ""
    runs = "a run of 1 stream" if len(streams) == 1 else f"runs of {len(streams)} streams"
    print_line(f"Requested {runs}{already}. `weld-pulumi status {sync_id}` shows the progress.")


@click.command(
    "full-refresh",
    cls=IdCommand,
    short_help="Make the next run of a stream copy all data again.",
    epilog="""\b
Examples:
  weld-pulumi full-refresh SCTVdLAcyDTgNx
  weld-pulumi full-refresh SCTVdLAcyDTgNx --reset-history-table --yes
  weld-pulumi full-refresh SCTVdLAcyDTgNx --cancel
""",
)
@click.argument("stream", metavar="STREAM")
@click.option("--reset-history-table", is_flag=True, help="Also delete the history table, permanently.")
@click.option("--cancel", is_flag=True, help="Cancel a requested full refresh.")
@yes_option
@pass_client
def full_refresh(client: WeldClient, stream: str, reset_history_table: bool, cancel: bool, yes: bool) -> None:
    """Mark a stream for a full refresh: its next run copies all data again."""
    if cancel and reset_history_table:
        raise click.UsageError("--cancel and --reset-history-table cannot be used together.")
    stream_id = find(client, stream, "stream").id
    if cancel:
        client.cancel_full_refresh(stream_id)
        print_line(f"Stream {stream_id} is no longer marked for a full refresh.")
        return
    name = client.get_stream(stream_id).name
    lost = " and permanently deletes its history table" if reset_history_table else ""
    confirm(f"The next run of stream {name!r} copies all data again{lost}.", yes)
    client.request_full_refresh(stream_id, reset_history_table)
    print_line(f"The next run of stream {name!r} ({stream_id}) is a full refresh{lost}.")


@click.command(cls=IdCommand, epilog="Example: weld-pulumi enable q4Rk8vp_fhTjqf")
@click.argument("sync", metavar="SYNC")
@pass_client
def enable(client: WeldClient, sync: str) -> None:
    """Enable a sync, so that it runs on its schedule."""
    sync_id = find(client, sync, "sync").id
    client.enable_sync(sync_id)
    print_line(f"Sync {sync_id} is enabled.")


@click.command(cls=IdCommand, short_help="Disable a sync.", epilog="Example: weld-pulumi disable q4Rk8vp_fhTjqf --yes")
@click.argument("sync", metavar="SYNC")
@yes_option
@pass_client
def disable(client: WeldClient, sync: str, yes: bool) -> None:
    """Disable a sync: it copies no data until it is enabled again."""
    sync_id = find(client, sync, "sync").id
    name = client.get_sync(sync_id).destination_schema_name
    schema = f" into {name!r}" if name else ""
    confirm(f"Sync {sync_id} will stop copying data{schema}.", yes)
    client.disable_sync(sync_id)
    print_line(f"Sync {sync_id} is disabled.")


@click.command(
    "run-orchestration",
    cls=IdCommand,
    short_help="Run an orchestration now.",
    epilog="Example: weld-pulumi run-orchestration 3LIw2FdxoByya9",
)
@click.argument("orchestration", metavar="ORCHESTRATION")
@pass_client
def run_orchestration(client: WeldClient, orchestration: str) -> None:
    """Request one run of an orchestration, with everything attached to it."""
    orchestration_id = find(client, orchestration, "orchestration").id
    name = client.get_orchestration(orchestration_id).name
    requested = client.request_orchestration_run(orchestration_id)
    print_line(f"Requested run {requested.id} of orchestration {name!r}.")
