"""Runs and full refreshes that a changed trigger asks for, exactly once a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ..api.models import RequestedRun
from ..errors import ConflictError, WeldApiError
from .fields import Change, Field
from .once import send_once
from .session import Session
from .values import triggers

__all__ = ["TRIGGER_FIELDS", "fire", "fired"]

TRIGGER_FIELDS = (
    Field("run_triggers", triggers, Change.UPDATE, hidden=True),
    Field("full_refresh_triggers", triggers, Change.UPDATE, hidden=True),
)
#: Seconds by which Weld's clock may be behind ours.
_CLOCK_SKEW = 5.0


def fired(name: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether a trigger is there and new; one that was taken away does not fire."""
    return news.get(name) is not None and news.get(name) != olds.get(name)


def fire(
    session: Session,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    streams: Mapping[str, str],
    enabled: bool,
    reset_history: bool = False,
) -> None:
    """Do what the changed triggers ask for; ``olds`` are empty on creation.

    Args:
        session: of this process.
        olds: outputs of the last run.
        news: inputs.
        streams: name and id of the streams concerned.
        enabled: whether their sync is enabled; Weld runs no others.
        reset_history: whether a full refresh also throws the history away.
    """
    if fired("full_refresh_triggers", olds, news):
        for name, id in streams.items():
            _request_full_refresh(session, name, id, reset_history)
    if not fired("run_triggers", olds, news) or not streams:
        return
    if not enabled:
        session.notices.warn(
            f"no run was asked for ({_named(list(streams))}): the sync is not enabled. It runs once enabled=True is "
            "set; change run_triggers again after that."
        )
        return
    for name, id in streams.items():
        _request_run(session, name, id)


def _request_full_refresh(session: Session, name: str, id: str, reset_history: bool) -> None:
    try:
        session.client.request_full_refresh(id, reset_history)
    except WeldApiError as error:
        if error.status_code != 400:
            raise
        session.notices.warn(
            f"Weld did not mark stream {name!r} for a full refresh: {error.message or 'no reason given'}. Change "
            "full_refresh_triggers again once that is settled."
        )


def _request_run(session: Session, name: str, id: str) -> None:
    begun = session.clock.now() - _CLOCK_SKEW

    def started() -> RequestedRun | None:
        runs = session.client.list_runs(id, limit=1)
        return RequestedRun() if any(r.status == "RUNNING" or _seconds(r.started_at) >= begun for r in runs) else None

    try:
        send_once(session, lambda: session.client.request_run(id), started, f"a run of {name!r}")
    except ConflictError:
        session.notices.info(f"stream {name!r} is running already; no second run was asked for.")
    except WeldApiError as error:
        if error.status_code != 400:
            raise
        session.notices.warn(f"Weld did not start a run of stream {name!r}: {error.message or 'no reason given'}")


def _seconds(text: str | None) -> float:
    try:
        moment = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()


def _named(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:3]))
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")
