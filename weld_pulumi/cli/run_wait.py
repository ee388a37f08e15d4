"""``weld-pulumi run --wait``: request runs, and show them until each has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..api.client import WeldClient
from ..api.run_watch import FollowedRun, RunWatch
from ..errors import WeldError
from .progress import progress
from .watching import Line, State, interruptible, line_of, require_success, watch

__all__ = ["run_and_wait"]


def run_and_wait(client: WeldClient, sync_id: str, streams: Mapping[str, str], timeout: float | None) -> None:
    """Request a run of each stream that is not running, and wait until each has ended.

    Args:
        client: Weld's endpoints.
        sync_id: Weld's id of the sync.
        streams: id of each stream by name.
        timeout: seconds to wait; None: as long as it takes.

    Raises:
        WeldError: a stream has failed, or the time is over. Nothing is undone.
    """
    runs = RunWatch(client, sync_id, streams)
    with interruptible(f"What runs goes on at Weld; `weld-pulumi status {sync_id} --watch` shows it."):
        _start(runs)

        def look() -> Sequence[Line]:
            if not runs.is_over:
                runs.look()
            return [_line(run) for run in runs.runs]

        require_success(watch(look, timeout=timeout))


def _start(runs: RunWatch) -> None:
    with progress("Requesting runs", len(runs.runs)) as count:
        runs.before_request = count.step
        try:
            runs.start()
        except WeldError as error:
            error.add_next_step(
                f"Runs of {runs.requested} of {len(runs.runs)} streams were requested before the error."
            )
            raise


def _line(run: FollowedRun) -> Line:
    if run.result is None and run.active is None:
        return Line(run.name, State.WAITING)
    return line_of(run.name, run.active, run.result)
