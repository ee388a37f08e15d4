"""Wait for the runs of a sync: show the progress, stop at once when the run is cancelled, explain what went wrong."""

from __future__ import annotations

from ..._amounts import duration_text, rows_text
from ..._text import first_few, sentence
from ...api.run_watch import FollowedRun, RunWatch
from ...errors import RateLimitError, ServerError, WeldConnectionError, WeldError
from ..core.context import ProviderContext
from ..core.interruption import cancelled, end_orphan, is_orphan, watch_engine
from ..core.polling import growing_delays

__all__ = ["progress_text", "require_not_cancelled", "wait_for_runs"]

#: Seconds between looks at the status: the first pause, the longest, and the factor from one to the next.
_DELAYS = (1.0, 15.0, 1.3)
#: Seconds between two looks at whether `up` is to end.
_SLICE = 1.0
#: Seconds between two lines that show the progress, unless a stream has ended meanwhile.
_BETWEEN_LINES = 30.0
_GOES_ON = "What runs goes on at Weld, and the next `pulumi up` waits for it."


def require_not_cancelled() -> None:
    """Stop before something is requested in a run that a person has cancelled.

    Raises:
        WeldError: the run is cancelled.
    """
    if cancelled.is_set() or is_orphan():
        raise WeldError("interrupted before all runs were requested.")


def wait_for_runs(context: ProviderContext, watch: RunWatch, timeout: float) -> None:
    """Request the runs, and wait until each has ended.

    Raises:
        WeldError: a stream has failed, the time is over, or the run is cancelled.
    """
    watch_engine()
    end = context.clock.now() + timeout
    try:
        watch.start()
        _follow(context, watch, end, timeout)
    except WeldError as error:
        if not watch.is_over and (watch.requested or watch.ended) and _GOES_ON not in str(error):
            error.add_next_step(_GOES_ON)
        raise
    if watch.failed:
        raise WeldError(_failure_text(watch))


def _follow(context: ProviderContext, watch: RunWatch, end: float, timeout: float) -> None:
    progress = _Progress(context, watch)
    is_failing = False
    for delay in growing_delays(*_DELAYS):
        progress.show()
        if watch.is_over:
            return
        left = end - context.clock.now()
        if left <= 0:
            raise WeldError(_timeout_text(watch, timeout))
        _pause(context, watch, min(delay, left))
        try:
            watch.observe()
        except (WeldConnectionError, RateLimitError, ServerError) as error:
            # The runs go on whether or not Weld answers now.
            if not is_failing:
                context.reporter.warn(f"reading the status of the runs failed and will be tried again: {error}")
            is_failing = True
        else:
            is_failing = False
            watch.request_due()


def _pause(context: ProviderContext, watch: RunWatch, seconds: float) -> None:
    clock = context.clock
    until = clock.now() + seconds
    while (left := until - clock.now()) > 0:
        if cancelled.is_set() or is_orphan():
            if is_orphan():
                end_orphan()
            raise WeldError(f"interrupted while waiting for the runs of sync {watch.sync_id}.")
        clock.sleep(min(left, _SLICE))


class _Progress:
    """Show now and then how far the runs are."""

    def __init__(self, context: ProviderContext, watch: RunWatch) -> None:
        self._context, self._watch = context, watch
        self._shown_at: float | None = None
        self._ended = 0

    def show(self) -> None:
        """Show a line if a stream has ended since the last one, or some time is over."""
        now, ended = self._context.clock.now(), len(self._watch.ended)
        if self._shown_at is None or ended != self._ended or now - self._shown_at >= _BETWEEN_LINES:
            self._shown_at, self._ended = now, ended
            self._context.reporter.live(progress_text(self._watch))


def progress_text(watch: RunWatch) -> str:
    """Say how many streams have ended, and how many rows they have copied of those that Weld expects."""
    expected = watch.expected_rows
    of_rows = f" of {rows_text(expected)}" if expected is not None else ""
    text = f"{len(watch.ended)} of {len(watch.runs)} streams done, {rows_text(watch.rows)}{of_rows} rows"
    waiting = sum(1 for run in watch.runs if run.result is None and run.active is None)
    failed = f"; {len(watch.failed)} failed" if watch.failed else ""
    return f"{text}{f'; {waiting} not started yet' if waiting else ''}{failed}"


def _timeout_text(watch: RunWatch, timeout: float) -> str:
    late = [run for run in watch.runs if run.result is None]
    shown = first_few(late, 5, _where)
    what = "1 stream" if len(late) == 1 else f"{len(late)} streams"
    failed = f" {_failed_list(watch)}" if watch.failed else ""
    return (
        f"after {duration_text(timeout)}, {what} of sync {watch.sync_id} had not ended: {shown}.{failed} {_GOES_ON} "
        "A greater timeout lets `up` wait longer."
    )


def _where(run: FollowedRun) -> str:
    if run.active is None:
        return f"{run.name!r} (no run reported)"
    rows, total = run.active.records_synced, run.active.estimated_total_count
    if rows is None:
        return f"{run.name!r} (running)"
    return f"{run.name!r} ({rows_text(rows)}{f' of {rows_text(total)}' if total else ''} rows)"


def _failure_text(watch: RunWatch) -> str:
    others = len(watch.runs) - len(watch.failed)
    completed = f" {others} of {len(watch.runs)} streams completed." if others else ""
    return (
        f"{_failed_list(watch)}{completed} Nothing was undone. Once the cause is fixed, `pulumi up` requests new runs."
    )


def _failed_list(watch: RunWatch) -> str:
    return " ".join(
        filter(
            None,
            [
                *(_failed_text(run, watch.sync_id) for run in watch.failed[:5]),
                f"{len(watch.failed) - 5} more streams failed." if len(watch.failed) > 5 else "",
            ],
        )
    )


def _failed_text(run: FollowedRun, sync_id: str) -> str:
    reason = run.result.error_message if run.result else None
    why = sentence(reason) if reason else "Weld reports no reason."
    return f"stream {run.name!r} of sync {sync_id} failed: {why}"
