"""``weld-pulumi status``: show the state of all syncs, or of the streams of one, failed ones first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import click

from ..api.client import WeldClient
from ..api.models import EltSyncInfo, StreamStatus
from ..errors import NotFoundError
from .client_options import pass_client
from .id_command import IdCommand
from .lookup import find
from .output import Column, json_option, print_json, print_rows
from .progress import progress
from .watching import Line, State, interruptible, line_of, require_success, watch

__all__ = ["status"]

#: Requests at the same time.
_AT_ONCE = 4


@dataclass(frozen=True)
class Summary:
    """The state of one sync."""

    sync: EltSyncInfo
    streams: Sequence[StreamStatus]

    @property
    def failed(self) -> list[StreamStatus]:
        """The streams whose last run failed."""
        return [stream for stream in self.streams if _has_failed(stream)]

    @property
    def running(self) -> int:
        """The number of streams that are running."""
        return sum(1 for stream in self.streams if stream.active_sync)

    @property
    def state(self) -> str:
        """The state in one word."""
        if self.failed or self.sync.status == "FAILED":
            return "FAILED"
        if not self.sync.enabled:
            return "disabled"
        return "running" if self.running else "ok"

    @property
    def order(self) -> tuple[int, str, str]:
        """A sort key that puts failed syncs first."""
        urgency = ["FAILED", "running", "ok", "disabled"].index(self.state)
        return urgency, self.sync.destination_schema_name or "", self.sync.id

    @property
    def finished(self) -> str | None:
        """When the last run of any stream finished."""
        ends = [s.latest_sync.finished_at for s in self.streams if s.latest_sync and s.latest_sync.finished_at]
        return max(ends, default=None)

    @property
    def error(self) -> str | None:
        """The first error, with the name of its stream."""
        errors = [(stream.name, stream.latest_sync.error_message) for stream in self.failed if stream.latest_sync]
        return next((f"{name}: {error}" for name, error in errors if error), None)


@click.command(
    cls=IdCommand,
    short_help="Show the state of all syncs, or of the streams of one.",
    epilog="""\b
Examples:
  weld-pulumi status
  weld-pulumi status weld_stripe
  weld-pulumi status weld_stripe --watch
""",
)
@click.argument("sync", metavar="[SYNC]", required=False)
@click.option("--watch", "is_watched", is_flag=True, help="Follow it until nothing runs; exit code 1 after a failure.")
@json_option
@pass_client
def status(client: WeldClient, sync: str | None, is_watched: bool, as_data: bool) -> None:
    """Show the current and the last run of each stream of a sync; without SYNC, the state of all syncs.

    Failed ones come first.
    """
    if is_watched and as_data:
        raise click.UsageError("--watch and --json cannot be used together.")
    sync_id = find(client, sync, "sync").id if sync is not None else None
    if is_watched:
        _watch(client, sync_id)
        return
    if sync_id is None:
        _show_all(client, as_data)
        return
    found = client.get_sync_status(sync_id)
    if as_data:
        print_json(found)
    else:
        print_rows(sorted(found.source_streams, key=_failed_first), _STREAMS, False, "The sync has no streams.")


def _watch(client: WeldClient, sync_id: str | None) -> None:
    """Show the streams of a sync, or all syncs, until nothing runs.

    Raises:
        WeldError: the last run of something has failed.
    """

    def streams() -> list[Line]:
        found = client.get_sync_status(str(sync_id)).source_streams
        return [line_of(stream.name, stream.active_sync, stream.latest_sync) for stream in found]

    def syncs() -> list[Line]:
        return [_line(summary) for summary in _read_all(client, client.list_syncs())]

    what = "stream" if sync_id else "sync"
    with interruptible("What runs goes on at Weld."):
        require_success(watch(streams if sync_id else syncs, what), what)


def _line(summary: Summary) -> Line:
    """Return one line for all streams of a sync."""
    name = summary.sync.destination_schema_name or summary.sync.id
    snapshots = [stream.active_sync or stream.latest_sync for stream in summary.streams]
    shown = [each for each in snapshots if each is not None]
    rows = sum(each.records_synced or 0 for each in shown)
    if summary.running:
        expected = [each.estimated_total_count or each.records_synced for each in shown]
        total = None if None in expected else sum(each or 0 for each in expected)
        return Line(name, State.RUNNING, rows, total)
    if summary.failed or summary.sync.status == "FAILED":
        return Line(name, State.FAILED, rows, error=summary.error)
    return Line(name, State.DONE if shown else State.IDLE, rows if shown else None)


def _show_all(client: WeldClient, as_data: bool) -> None:
    syncs = client.list_syncs()
    with progress("Reading syncs", len(syncs)) as count:
        found = sorted(_read_all(client, syncs, count.step), key=lambda summary: summary.order)
    if as_data:
        print_json([_as_data(summary) for summary in found])
    else:
        print_rows(found, _SYNCS, False, "There are no syncs.")


def _read_all(
    client: WeldClient, syncs: Sequence[EltSyncInfo], step: Callable[[], object] = lambda: None
) -> list[Summary]:
    def read(sync: EltSyncInfo) -> Summary | None:
        try:
            return Summary(sync, client.get_sync_status(sync.id).source_streams)
        except NotFoundError:
            return None  # deleted meanwhile
        finally:
            step()

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(filter(None, pool.map(read, syncs)))


def _as_data(summary: Summary) -> dict[str, object]:
    return {
        "elt_sync_id": summary.sync.id,
        "destination_schema_name": summary.sync.destination_schema_name,
        "enabled": summary.sync.enabled,
        "status": summary.sync.status,
        "failed_streams": [stream.name for stream in summary.failed],
        "source_streams": summary.streams,
    }


def _has_failed(stream: StreamStatus) -> bool:
    return stream.latest_sync is not None and stream.latest_sync.status == "FAILED"


def _failed_first(stream: StreamStatus) -> bool:
    return not _has_failed(stream)


def _progress(stream: StreamStatus) -> str | None:
    active = stream.active_sync
    if active is None or active.records_synced is None:
        return active.details if active else None
    total = f" of {active.estimated_total_count:.0f}" if active.estimated_total_count else ""
    return f"{active.records_synced:.0f}{total} rows"


_SYNCS = (
    Column("sync", lambda s: s.sync.id, whole=True),
    Column("schema", lambda s: s.sync.destination_schema_name, whole=True),
    Column("state", lambda s: s.state, whole=True),
    Column("streams", lambda s: f"{len(s.failed)} of {len(s.streams)} failed" if s.failed else len(s.streams)),
    Column("finished", lambda s: s.finished, time=True),
    Column("error", lambda s: s.error),
)
_STREAMS = (
    Column("stream", lambda s: s.name, whole=True),
    Column("now", lambda s: s.active_sync and (s.active_sync.status or "not reported")),
    Column("since", lambda s: s.active_sync and s.active_sync.started_at, time=True),
    Column("progress", _progress),
    Column("last", lambda s: s.latest_sync and (s.latest_sync.status or "not reported")),
    Column("finished", lambda s: s.latest_sync and s.latest_sync.finished_at, time=True),
    Column("mode", lambda s: (s.active_sync or s.latest_sync) and (s.active_sync or s.latest_sync).operation_mode),
    Column("error", lambda s: s.latest_sync and s.latest_sync.error_message),
)
