"""``weld-pulumi status``: show the state of all syncs, or of the streams of one, failed ones first."""

from __future__ import annotations

from collections.abc import Sequence
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
""",
)
@click.argument("sync", metavar="[SYNC]", required=False)
@json_option
@pass_client
def status(client: WeldClient, sync: str | None, as_data: bool) -> None:
    """Show the current and the last run of each stream of a sync; without SYNC, the state of all syncs.

    Failed ones come first.
    """
    if sync is None:
        _show_all(client, as_data)
        return
    found = client.get_sync_status(find(client, sync, "sync").id)
    if as_data:
        print_json(found)
    else:
        print_rows(sorted(found.source_streams, key=_failed_first), _STREAMS, False, "The sync has no streams.")


def _show_all(client: WeldClient, as_data: bool) -> None:
    syncs = client.list_syncs()
    with progress("Reading syncs", len(syncs)) as count, ThreadPoolExecutor(_AT_ONCE) as pool:

        def read(sync: EltSyncInfo) -> Summary | None:
            try:
                return Summary(sync, client.get_sync_status(sync.id).source_streams)
            except NotFoundError:
                return None  # deleted meanwhile
            finally:
                count.step()

        found = sorted(filter(None, pool.map(read, syncs)), key=lambda summary: summary.order)
    if as_data:
        print_json([_as_data(summary) for summary in found])
    else:
        print_rows(found, _SYNCS, False, "There are no syncs.")


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
