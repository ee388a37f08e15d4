"""What is wrong with a sync: as Weld reports it now, and compared with what the stack wants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from .._text import first_few, parse_time
from ..api.client import WeldClient
from ..api.lookup import or_none
from ..api.models import AvailableSourceStream, EltSyncInfo, RetirementDetails, StreamStatus
from ..provider.core.pending_connections import is_pending
from ..validation.patterns import resolve

__all__ = ["FailedStream", "MaxAge", "RetiredStream", "SyncHealth", "WantedSync", "check_sync"]


@dataclass(frozen=True)
class WantedSync:
    """A sync to check.

    Attributes:
        id: Weld's id.
        resource: the name of its resource; None where no stack is concerned.
        is_enabled: whether the stack wants it to run; None if that is unknown.
        patterns: the patterns and exclusions of its ``source_streams`` in the program.
        known: the names of the inline streams that the last `up` had.
    """

    id: str
    resource: str | None = None
    is_enabled: bool | None = None
    patterns: Sequence[Mapping[str, Any]] = ()
    known: Collection[str] = ()


class MaxAge(NamedTuple):
    """The greatest age of data that is well, as the user wrote it and as a duration."""

    text: str
    time: timedelta


@dataclass(frozen=True)
class FailedStream:
    """A stream whose last run failed, and Weld's reason."""

    name: str
    error: str | None


@dataclass(frozen=True)
class RetiredStream:
    """A stream in use that the source has retired."""

    name: str
    removal_date: str | None
    in_favor_of: str | None

    def __str__(self) -> str:
        date = f", removal on {self.removal_date}" if self.removal_date else ""
        return f"{self.name} ({f'use {self.in_favor_of}' if self.in_favor_of else 'no successor'}{date})"


@dataclass(frozen=True)
class SyncHealth:
    """The health of one sync. Names are those of streams.

    Attributes:
        wanted: what was checked.
        sync: as Weld reports it; None if it does not exist, or not yet.
        streams: the runs of its streams.
        failed: those whose last run failed.
        too_old: those whose last complete run is older than the limit.
        never_complete: those without a complete run, where a limit is given.
        retired: those that the source has retired.
        new: streams of the source that a pattern matches and the last `up` did not have.
        data_from: when the data of the stream with the oldest data arrived.
        age: age of these data.
    """

    wanted: WantedSync
    sync: EltSyncInfo | None
    streams: Sequence[StreamStatus] = ()
    failed: Sequence[FailedStream] = ()
    too_old: Sequence[str] = ()
    never_complete: Sequence[str] = ()
    retired: Sequence[RetiredStream] = ()
    new: Sequence[str] = ()
    data_from: datetime | None = None
    age: timedelta | None = None
    max_age: MaxAge | None = None

    @property
    def name(self) -> str:
        """The name of the resource, or the id."""
        return self.wanted.resource or self.wanted.id

    @property
    def schema(self) -> str | None:
        """The schema in the destination."""
        return self.sync.destination_schema_name if self.sync else None

    @property
    def last_run(self) -> str | None:
        """When the last run of any stream finished."""
        ends = [s.latest_sync.finished_at for s in self.streams if s.latest_sync and s.latest_sync.finished_at]
        return max(ends, default=None)

    @property
    def state(self) -> str:
        """The state in one word; the worst counts."""
        if self.sync is None:
            return "pending" if is_pending(self.wanted.id) else "missing"
        if self.failed or self.sync.status == "FAILED":
            return "FAILED"
        if not self.sync.enabled:
            return "disabled"
        if self.too_old or self.never_complete:
            return "too old"
        return "running" if any(stream.active_sync for stream in self.streams) else "ok"

    @property
    def problems(self) -> list[str]:
        """What is wrong, in words."""
        return list(self._problems())

    def _problems(self) -> Iterator[str]:
        if self.sync is None:
            yield (
                "waits for its connection"
                if is_pending(self.wanted.id)
                else "does not exist in Weld; `pulumi up --refresh` creates it again"
            )
            return
        if self.wanted.is_enabled and not self.sync.enabled:
            yield "disabled in Weld" if self.streams else "disabled, since it has no stream"
        if self.failed:
            yield f"failed: {first_few(self.failed, 3, _reason, '; ')}"
        elif self.sync.status == "FAILED":
            yield "failed; Weld reports no reason"
        if self.too_old and self.max_age is not None:
            yield f"data older than {self.max_age.text}: {first_few(self.too_old)}"
        if self.never_complete:
            yield f"no complete run: {first_few(self.never_complete)}"
        if self.retired:
            yield f"retired by the source: {first_few(self.retired)}"

    @property
    def order(self) -> tuple[bool, str, str]:
        """A sort key that puts what is wrong first."""
        return not self.problems, self.name, self.wanted.id


def _reason(stream: FailedStream) -> str:
    return f"{stream.name}: {stream.error or 'no reason reported'}"


def check_sync(
    client: WeldClient,
    wanted: WantedSync,
    listed: Mapping[str, EltSyncInfo],
    now: datetime,
    max_age: MaxAge | None = None,
) -> SyncHealth:
    """Check one sync, with two requests.

    Args:
        client: of its workspace.
        wanted: the sync.
        listed: the syncs of the workspace by id.
        now: the time.
        max_age: the greatest age of data; None for any.
    """
    sync = listed.get(wanted.id)
    status = None if sync is None else or_none(client.get_sync_status, wanted.id)
    if sync is None or status is None:
        return SyncHealth(wanted, None)
    available = or_none(lambda id: list(client.list_available_streams(id)), wanted.id) or []
    streams = status.source_streams
    failed = [stream for stream in streams if stream.latest_sync and stream.latest_sync.status == "FAILED"]
    arrived = {stream.name: _arrived(stream) for stream in streams}
    oldest = min((time for time in arrived.values() if time is not None), default=None)
    limit = max_age.time if max_age and sync.enabled else None
    judged = {stream.name for stream in streams if stream not in failed} if limit is not None else set[str]()
    return SyncHealth(
        wanted,
        sync,
        streams,
        failed=[_failed(stream) for stream in failed],
        too_old=[n for n, time in arrived.items() if n in judged and time and limit and now - time > limit],
        never_complete=[name for name, time in arrived.items() if name in judged and time is None],
        retired=_retired(available, arrived.keys()),
        new=_new(available, {*arrived, *wanted.known}, wanted.patterns),
        data_from=oldest,
        age=None if oldest is None else now - oldest,
        max_age=max_age,
    )


def _failed(stream: StreamStatus) -> FailedStream:
    error = stream.latest_sync.error_message if stream.latest_sync else None
    return FailedStream(stream.name, (error or "").strip() or None)


def _arrived(stream: StreamStatus) -> datetime | None:
    """Return when the last run finished, if it was complete. Weld reports only the last one."""
    last = stream.latest_sync
    if last is None or last.status == "FAILED" or not last.finished_at:
        return None
    return parse_time(last.finished_at)


def _retired(available: Iterable[AvailableSourceStream], in_use: Iterable[str]) -> list[RetiredStream]:
    used = set(in_use)
    found = []
    for stream in available:
        if stream.retired and stream.name in used:
            details = stream.retirement_details or RetirementDetails()
            date = parse_time(details.removal_date) if details.removal_date else None
            removal = date.date().isoformat() if date else details.removal_date
            found.append(RetiredStream(stream.name, removal, details.in_favor_of))
    return sorted(found, key=lambda stream: (stream.removal_date or "9", stream.name))


def _new(
    available: Iterable[AvailableSourceStream], known: Iterable[str], patterns: Sequence[Mapping[str, Any]]
) -> list[str]:
    matched = {str(entry["name"]) for entry in resolve(patterns, available).entries} if patterns else set[str]()
    return sorted(matched.difference(known))
