"""Request runs of streams of one sync, and follow them until each has ended.

Weld returns no run for a request: one starts minutes later, under an id that is not known yet. So a run counts as ended
once the status of the sync shows a finished run of the stream that it did not show when the run was requested. One GET
of the status serves all streams of the sync. (Source: POST /elt_streams/{id}/request_run and GET /elt_syncs/{id}/status
of Weld's OpenAPI document.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .._text import parse_time
from ..errors import ConflictError
from .client import WeldClient
from .models import RequestedRun, StreamSnapshot, StreamStatus
from .retries import Lookup

__all__ = ["FollowedRun", "RunWatch", "request_run"]

#: Seconds by which Weld's clock may be behind ours.
_CLOCK_SKEW = 5.0
_UNFINISHED = frozenset({"DELAYED", "RETRYING", "RUNNING", "SCHEDULED"})


def request_run(
    client: WeldClient,
    stream_id: str,
    name: str,
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Request a run, and never a second one where the response is lost; return False if one is going on already.

    Args:
        client: Weld's endpoints.
        stream_id: Weld's id of the stream.
        name: its name, for messages.
        now: returns the seconds since the epoch.
        sleep: waits a number of seconds.
    """
    begun = now() - _CLOCK_SKEW

    def started() -> RequestedRun | None:
        runs = client.list_runs(stream_id, limit=1)
        is_there = any(run.status == "RUNNING" or (_seconds(run.started_at) or 0.0) >= begun for run in runs)
        return RequestedRun() if is_there else None

    try:
        client.request_run(stream_id, Lookup(started, f"a run of {name!r}", sleep))
    except ConflictError:
        return False
    return True


@dataclass
class FollowedRun:
    """The run of one stream that is waited for.

    Attributes:
        name: name of the stream.
        stream_id: Weld's id of the stream.
        is_due: it has to be requested still.
        active: what Weld reports of a run that is going on; None while none is.
        result: what Weld reports of the run once it has ended.
        before: the finished run that Weld reported when this one was requested.
    """

    name: str
    stream_id: str
    is_due: bool = True
    active: StreamSnapshot | None = None
    result: StreamSnapshot | None = None
    before: StreamSnapshot | None = None
    _was_active: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether the run has ended as failed."""
        return self.result is not None and _has_failed(self.result)

    def observe(self, status: StreamStatus | None, full: bool) -> None:
        """Take note of what Weld reports of the stream now.

        Args:
            status: of the stream; None if Weld reports nothing.
            full: only a run that copies everything counts.
        """
        if self.result is not None:
            return
        self.active = status.active_sync if status else None
        self._was_active = self._was_active or self.active is not None
        latest = status.latest_sync if status else None
        if self.is_due:
            self.before = latest
            self.is_due = self.active is None or (full and self.active.operation_mode != "FULL")
            self._was_active = not self.is_due
        elif latest is not None and self._is_end(latest):
            self.result, self.active = latest, None

    def _is_end(self, latest: StreamSnapshot) -> bool:
        if latest.status in _UNFINISHED or not self._is_new(latest):
            return False
        # A failed attempt is not the end while Weld tries again.
        return self.active is None or not _has_failed(latest)

    def _is_new(self, latest: StreamSnapshot) -> bool:
        """Tell whether this is not the run from before: by its times, or by all that Weld reports if there are none."""
        if self.before is None or latest.started_at or latest.finished_at:
            return _times(latest) != _times(self.before)
        return latest != self.before or (self._was_active and self.active is None)


@dataclass
class RunWatch:
    """The runs of some streams of one sync.

    ::

        watch = RunWatch(client, sync.id, {stream.name: stream.id for stream in client.list_streams(sync.id)})
        watch.start()
        while not watch.is_over:
            time.sleep(10)
            watch.look()

    Attributes:
        client: Weld's endpoints.
        sync_id: Weld's id of the sync.
        streams: id of each stream by name.
        full_refresh: only runs that copy everything count, and are requested.
        now: returns the seconds since the epoch.
        sleep: waits a number of seconds.
        before_request: is called before each request that starts something; may raise to stop.
        runs: the runs, in the order of the streams.
        requested: how many runs were requested.
    """

    client: WeldClient
    sync_id: str
    streams: Mapping[str, str]
    full_refresh: bool = False
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    before_request: Callable[[], object] = lambda: None
    runs: list[FollowedRun] = field(init=False)
    requested: int = 0

    def __post_init__(self) -> None:
        self.runs = [FollowedRun(name, id) for name, id in self.streams.items()]

    @property
    def is_over(self) -> bool:
        """Whether each run has ended."""
        return all(run.result is not None for run in self.runs)

    @property
    def ended(self) -> list[FollowedRun]:
        """The runs that have ended."""
        return [run for run in self.runs if run.result is not None]

    @property
    def failed(self) -> list[FollowedRun]:
        """The runs that have failed."""
        return [run for run in self.runs if run.has_failed]

    @property
    def rows(self) -> float:
        """The rows that the runs have copied so far."""
        shown = [run.result or run.active for run in self.runs]
        return sum(each.records_synced or 0 for each in shown if each is not None)

    @property
    def expected_rows(self) -> float | None:
        """The rows that Weld expects of all runs; None if it does not report that for each."""
        total = 0.0
        for run in self.runs:
            if run.result is not None:
                total += run.result.records_synced or 0
            elif run.active is not None and run.active.estimated_total_count:
                total += max(run.active.estimated_total_count, run.active.records_synced or 0)
            else:
                return None
        return total

    def start(self) -> None:
        """Request a run of each stream that is not running.

        A run that is going on counts instead, and so does one that has ended successfully but ran beside it: whoever
        was stopped while waiting for them requests none of them a second time.

        Raises:
            WeldError: a request failed; runs that were requested before it go on.
        """
        self.observe()
        self._accept_ended()
        if self.full_refresh:
            for run in self._due():
                self.before_request()
                self.client.request_full_refresh(run.stream_id)
        self.request_due()

    def look(self) -> None:
        """Read what Weld reports now, and request what had to wait for the end of another run."""
        self.observe()
        self.request_due()

    def observe(self) -> None:
        """Read what Weld reports now."""
        found = {each.name: each for each in self.client.get_sync_status(self.sync_id).source_streams}
        for run in self.runs:
            run.observe(found.get(run.name), self.full_refresh)

    def _due(self) -> Iterable[FollowedRun]:
        return [run for run in self.runs if run.is_due]

    def _accept_ended(self) -> None:
        """Accept the runs that have ended, but ran at the same time as one that is going on."""
        going_on = (run.active for run in self.runs if run.active is not None and not run.is_due)
        starts = [start for each in going_on if (start := _seconds(each.started_at)) is not None]
        if not starts:
            return
        earliest = min(starts)
        for run in sorted(self._due(), key=lambda run: _end(run.before), reverse=True):
            before = run.before
            if before is None or _has_failed(before) or _end(before) < earliest:
                continue
            if self.full_refresh and before.operation_mode != "FULL":
                continue
            run.result, run.is_due = before, False
            earliest = min(earliest, _seconds(before.started_at) or earliest)

    def request_due(self) -> None:
        """Request the runs that are still due, unless one that does not count is in the way."""
        for run in self._due():
            if run.active is not None:
                continue
            self.before_request()
            if request_run(self.client, run.stream_id, run.name, self.now, self.sleep):
                self.requested += 1
                run.is_due = False
            elif not self.full_refresh:
                run.is_due = False


def _has_failed(snapshot: StreamSnapshot) -> bool:
    return snapshot.status == "FAILED" or (snapshot.status is None and bool(snapshot.error_message))


def _times(snapshot: StreamSnapshot | None) -> object:
    return snapshot and (snapshot.started_at, snapshot.finished_at)


def _end(snapshot: StreamSnapshot | None) -> float:
    return (_seconds(snapshot.finished_at) if snapshot else None) or 0.0


def _seconds(text: str | None) -> float | None:
    time = parse_time(text) if text else None
    return time.timestamp() if time else None
