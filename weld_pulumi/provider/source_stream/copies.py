"""How much Weld copies when it copies streams in full: what it reports of their last full runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..._amounts import bytes_text, duration_text, rows_text
from ..._text import first_few, parse_time
from ..core.context import ProviderContext

if TYPE_CHECKING:
    from ...api.models import EltStreamRun, StreamSnapshot, StreamStatus

__all__ = ["Copies"]


class _FullRun(NamedTuple):
    """The last full run of a stream.

    Attributes:
        rows: how many it has copied, or while it runs, how many Weld expects.
        is_running: it has not ended.
        bytes: how many it has copied; 0 if it has not ended, or if Weld does not report them.
        times: its start and end, in seconds since the epoch, if it has ended and Weld reports them.
    """

    rows: float
    is_running: bool = False
    bytes: float = 0
    times: tuple[float, float] | None = None

    def __str__(self) -> str:
        return f"{'about ' if self.is_running else ''}{rows_text(self.rows)}"


@dataclass(frozen=True)
class Copies:
    """Streams that are copied in full, described with what Weld reports; nothing is estimated here.

    Attributes:
        names: the streams.
        runs: the last full run by name. Weld's status has only the last run of a stream, so an incremental one since
            then leaves it unknown.
        unknown: why the rows of the others are unknown.
    """

    names: Sequence[str]
    runs: Mapping[str, _FullRun]
    unknown: str = "Weld reports no full run"

    @classmethod
    def of(
        cls, context: ProviderContext, sync_id: str, names: Iterable[str] | None, ids: Mapping[str, str] | None = None
    ) -> Copies:
        """Ask Weld about streams of a sync: one read for each sync, and one of its runs if one stream is asked about.

        Args:
            context: of this process.
            sync_id: the sync.
            names: the streams; None for all streams of the sync.
            ids: id of each stream by name.
        """
        wanted = None if names is None else sorted(names)
        status = None if wanted == [] else context.reads.status_or_none(sync_id)
        if status is None:
            return cls(wanted or [], {}, cls.unknown if wanted == [] else "Weld did not report them")
        runs = {each.name: run for each in status.source_streams if (run := _last_full_run(each)) is not None}
        wanted = sorted(each.name for each in status.source_streams) if wanted is None else wanted
        if len(wanted) == 1 and wanted[0] not in runs and (id := (ids or {}).get(wanted[0])):
            largest = _largest(context.reads.runs_of_one(sync_id, id) or ())
            return cls(wanted, runs, cls.unknown + largest)
        return cls(wanted, runs)

    @property
    def is_nothing(self) -> bool:
        """Whether the sync has no streams."""
        return not self.names and self.unknown == Copies.unknown

    def __str__(self) -> str:
        """List the streams, largest first: ``charges 10.1 M rows, customers 340 k (last full run 3 h, 81 GB)``."""
        known = sorted((name for name in self.names if name in self.runs), key=lambda name: -self.runs[name].rows)
        others = [name for name in self.names if name not in self.runs]
        if not known:
            return f"{first_few(others) or 'everything'} (rows unknown: {self.unknown})"
        rows = "row" if self.runs[known[0]].rows == 1 else "rows"
        texts = [f"{name} {self.runs[name]}" for name in known]
        texts = [f"{texts[0]} {rows}", *texts[1:], *(f"{name} unknown" for name in others)]
        return first_few(texts) + self._effort(known)

    def _effort(self, names: list[str]) -> str:
        """Return time and bytes of the full runs, in parentheses: the time in which at least one of them ran."""
        runs = [self.runs[name] for name in names]
        size, times = sum(run.bytes for run in runs), [run.times for run in runs if run.times is not None]
        parts = [duration_text(_covered(times))] if times else []
        parts += [bytes_text(size)] if size else []
        return f" (last full run {', '.join(parts)})" if parts else ""


def _last_full_run(stream: StreamStatus) -> _FullRun | None:
    """Return the last full run that has succeeded; if there is none, the one that is running."""
    ended, running = stream.latest_sync, stream.active_sync
    if ended is not None and ended.operation_mode == "FULL" and ended.status == "COMPLETED":
        rows = _amount(ended.records_synced)
        if rows is not None:
            return _FullRun(rows, bytes=_amount(ended.bytes_synced) or 0, times=_times(ended))
    if running is not None and running.operation_mode == "FULL":
        rows = _amount(running.estimated_total_count)
        if rows is not None:
            return _FullRun(rows, is_running=True)
    return None


def _amount(value: float | None) -> float | None:
    """Return a number that can be shown, or None."""
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _times(run: StreamSnapshot) -> tuple[float, float] | None:
    start, end = parse_time(run.started_at), parse_time(run.finished_at)
    return (start.timestamp(), end.timestamp()) if start and end and start <= end else None


def _covered(times: Iterable[tuple[float, float]]) -> float:
    """Return the seconds that periods cover together; those in which several overlap count once."""
    covered, until = 0.0, -math.inf
    for start, end in sorted(times):
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered


def _largest(runs: Sequence[EltStreamRun]) -> str:
    """Return a clause with the largest of the runs, whose mode Weld does not report."""
    amounts = [_amount(run.rows_synced) for run in runs if run.status == "COMPLETED"]
    known = [amount for amount in amounts if amount is not None]
    return f"; {rows_text(max(known))} in the largest of its last {len(known)}" if known else ""
