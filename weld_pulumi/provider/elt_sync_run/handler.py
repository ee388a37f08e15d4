"""EltSyncRun: runs of the streams of a sync that `up` waits for.

Nothing at Weld stands for the resource: it is in the state once its runs have completed. So an `up` that was stopped
while it waited creates it again, and then waits for what is still running (:meth:`.run_watch.RunWatch.start`).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..._text import first_few
from ...errors import AuthorizationPendingError, NotFoundError, WeldError
from ...schema.attributes import Props
from ...schema.elt_sync_run import ELT_SYNC_RUN
from ...schema.values import UNKNOWN
from ...validation.patterns import is_pattern
from ...validation.problems import Problem
from ...validation.suggest import did_you_mean
from ..core.handler import Checking, Handler, ReadResult
from ..core.pending_connections import is_pending
from ..core.polling import poll

if TYPE_CHECKING:
    from ...api.models import EltStreamInfo
    from ...api.run_watch import FollowedRun, RunWatch

__all__ = ["EltSyncRunHandler"]

#: Seconds between looks for streams that this `up` has just added and that Weld does not list yet.
_POLL_DELAYS = (0.5, 1.0, 2.0, 4.0)


class EltSyncRunHandler(Handler):
    """Runs of the streams of one sync."""

    schema = ELT_SYNC_RUN

    # Check -----------------------------------------------------------------------------------------------------

    def offline_problems(self, checking: Checking) -> list[Problem]:
        """Warn of a sync that waits for a person: `up` stops at the run."""
        sync_id = checking.inputs.get("elt_sync_id")
        if is_pending(sync_id):
            self.context.reporter.warn(f"{self._pending_text(str(sync_id))} `pulumi up` stops at this run until then.")
        return checking.problems

    def asks_weld(self, checking: Checking) -> bool:
        """Tell whether the sync is known, and what is to run is new."""
        sync_id = checking.inputs.get("elt_sync_id")
        if checking.problems or not isinstance(sync_id, str) or is_pending(sync_id):
            return False
        return checking.is_new or bool(self.schema.replacing(self.schema.changed(checking.olds, checking.inputs)))

    def online_problems(self, checking: Checking) -> list[Problem]:
        """Compare the streams with those that the sync has, or will have after this `up`."""
        sync_id, plans = checking.inputs["elt_sync_id"], self.context.plans
        try:
            is_enabled = plans.wants_enabled(sync_id) if plans.is_planned(sync_id) else self._is_enabled(sync_id)
            problems = [] if is_enabled else [Problem("elt_sync_id", _disabled_text(sync_id))]
            return problems + self._unknown_streams(sync_id, checking.inputs.get("streams"))
        except NotFoundError:
            if self.context.ownership.is_created(sync_id):
                return []
            missing = f"there is no sync {sync_id!r} in Weld; `weld-pulumi syncs` lists them"
            return [Problem("elt_sync_id", missing)]

    def _is_enabled(self, sync_id: str) -> bool:
        return self.context.reads.sync(sync_id).enabled

    def _unknown_streams(self, sync_id: str, streams: Any) -> list[Problem]:
        names = [name for name in streams if name is not UNKNOWN] if isinstance(streams, list) else []
        if not names:
            return []
        inline = self.context.plans.inline_streams(sync_id)
        present = self.context.reads.streams_of(sync_id).keys() if inline is None else inline
        missing = set(names).difference(present)
        if missing and inline is None:
            # Resources of this program may add them before the run.
            missing.difference_update(self.context.reads.available_streams(sync_id))
        places = [index for index, name in enumerate(streams) if name in missing]
        return [Problem(f"streams[{index}]", _unknown_text(streams[index], present)) for index in places]

    # Diff ------------------------------------------------------------------------------------------------------

    def describe(self, id: str, props: Mapping[str, Any]) -> str:
        """Name the sync of the run."""
        return f"the run of sync {props.get('elt_sync_id')}"

    # Create ----------------------------------------------------------------------------------------------------

    def create(self, news: Props) -> tuple[str, Props]:
        """Request the runs, wait for their end, and return what they have copied.

        Raises:
            WeldError: a stream has failed, or the time is over. Nothing is undone at Weld.
        """
        from ...api.run_watch import RunWatch
        from .waiting import require_not_cancelled, wait_for_runs

        sync_id = news["elt_sync_id"]
        self._require_enabled(sync_id)
        streams = {name: stream.id for name, stream in self._streams(sync_id, news.get("streams")).items()}
        clock = self.context.clock
        watch = RunWatch(
            self.client, sync_id, streams, news["full_refresh"], clock.now, clock.sleep, require_not_cancelled
        )
        wait_for_runs(self.context, watch, news["timeout"])
        return f"{sync_id}/{secrets.token_hex(4)}", {**news, **self._result(watch)}

    def _require_enabled(self, sync_id: str) -> None:
        if is_pending(sync_id):
            raise AuthorizationPendingError(
                f"{self._pending_text(sync_id)} Run `weld-pulumi authorize`, then `pulumi up` again."
            )
        if not self.client.get_sync(sync_id).enabled:
            raise WeldError(f"{_disabled_text(sync_id)}.")

    def _pending_text(self, sync_id: str) -> str:
        sync = self.context.pending_connections.label_of(sync_id)
        return f"the sync {sync!r} does not exist yet: a person has to authorize its connection."

    def _streams(self, sync_id: str, wanted: list[str] | None) -> dict[str, EltStreamInfo]:
        """Return the streams to run by name.

        Raises:
            WeldError: one does not exist, or there are none.
        """
        expected = set(wanted or self.context.plans.inline_streams(sync_id) or ())

        def look() -> dict[str, EltStreamInfo] | None:
            found = self.context.reads.streams_of(sync_id)
            if expected <= set(found):
                return dict(found)
            self.context.reads.forget_streams(sync_id)
            return None

        known = poll(look, _POLL_DELAYS, self.context.clock.sleep)
        found = dict(self.context.reads.streams_of(sync_id)) if known is None else known
        if wanted is None:
            if not found:
                raise WeldError(
                    f"sync {sync_id} has no streams to run. If SourceStream resources of this program add them, let "
                    "the run depend on them: opts=pulumi.ResourceOptions(depends_on=[…])."
                )
            return found
        missing = [name for name in wanted if name not in found]
        if missing:
            raise WeldError(
                f"sync {sync_id}: {_unknown_text(missing[0], found)}. If a SourceStream of this program adds it, let "
                "the run depend on that: opts=pulumi.ResourceOptions(depends_on=[…])."
            )
        return {name: found[name] for name in wanted}

    def _result(self, watch: RunWatch) -> Props:
        """Return the outputs; what the status of a sync does not report is in the list of runs."""
        results = {run.name: self._result_of(run) for run in watch.runs}
        rows = [each["rows_synced"] for each in results.values()]
        ends = [each["finished_at"] for each in results.values() if each["finished_at"]]
        return {
            "status": "COMPLETED",
            "streams_result": results,
            "rows_synced": None if None in rows else sum(rows),
            "finished_at": max(ends, default=None),
        }

    def _result_of(self, run: FollowedRun) -> Props:
        assert run.result is not None
        rows, finished_at = run.result.records_synced, run.result.finished_at
        if rows is None or finished_at is None:
            listed = next(iter(self.client.list_runs(run.stream_id, limit=1)), None)
            rows = rows if listed is None or rows is not None else listed.rows_synced
            finished_at = finished_at or (listed.finished_at if listed else None)
        return {
            "status": run.result.status or "COMPLETED",
            "rows_synced": None if rows is None else int(rows),
            "bytes_synced": int(run.result.bytes_synced),
            "finished_at": finished_at,
        }

    # Read, update and delete -----------------------------------------------------------------------------------

    def read(self, id: str, props: Props) -> ReadResult:
        """Return what is stored: the runs have ended, so nothing about them can change."""
        declared = self.schema.declared(props)
        if not declared:
            raise WeldError(
                f"there is nothing to get for {id!r}: an EltSyncRun exists in the stack that has made it only. "
                "weld.get_elt_sync_status(sync_id) returns the last runs of a sync."
            )
        return ReadResult(id, props, declared)

    def update(self, id: str, olds: Props, news: Props) -> Props:
        """Store another time-out."""
        return {**self.schema.others(olds), **news}

    def delete(self, id: str, props: Props) -> None:
        """Do nothing at Weld."""


def _disabled_text(sync_id: str) -> str:
    return (
        f"sync {sync_id} is disabled, so Weld runs none of its streams; set enabled=True on the EltSync, or run "
        f"`weld-pulumi enable {sync_id}`"
    )


def _unknown_text(name: str, known: Collection[str]) -> str:
    if is_pattern(name):
        return f"{name!r} is a pattern; write names of streams, or leave streams out for all"
    near = did_you_mean(name, known)
    return f"there is no stream {name!r} in the sync; {near or 'it has: ' + (first_few(sorted(known)) or 'none')}"
