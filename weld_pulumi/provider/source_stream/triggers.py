"""Runs and full refreshes that a changed trigger asks for, exactly once a change and a stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..._text import first_few, parse_time, sentence
from ...api.retries import Lookup
from ...errors import ConflictError, WeldApiError, WeldError
from ..core.context import ProviderContext
from ..core.schema import Attribute, Change
from ..core.values import flag, triggers

if TYPE_CHECKING:
    from ...api.models import RequestedRun

__all__ = ["RESET", "TRIGGER_FIELDS", "TriggeredActions", "any_fired", "fired"]

#: Of a sync, a stream, and an entry of inline streams.
TRIGGER_FIELDS = (
    Attribute("run_triggers", triggers, Change.UPDATE, hidden=True),
    Attribute("full_refresh_triggers", triggers, Change.UPDATE, hidden=True),
)
#: Of a stream and an entry.
RESET = Attribute("reset_history_table", flag, Change.LOCAL, default=False)
#: Seconds by which Weld's clock may be behind ours.
_CLOCK_SKEW = 5.0


def any_fired(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether some trigger asks for something."""
    return any(fired(field.name, olds, news) for field in TRIGGER_FIELDS)


def fired(name: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether a trigger is there and new; one that was taken away does not fire."""
    return news.get(name) is not None and news.get(name) != olds.get(name)


@dataclass
class TriggeredActions:
    """What the triggers of one resource ask for: a stream is asked once, whoever asks for it.

    Attributes:
        refreshes: (name, id, whether the history is thrown away too) of the streams to copy anew.
        runs: (name, id) of the streams to run.
    """

    refreshes: list[tuple[str, str, bool]]
    runs: list[tuple[str, str]]

    @classmethod
    def of_stream(cls, olds: Mapping[str, Any], news: Mapping[str, Any], name: str, id: str) -> TriggeredActions:
        """Return what a SourceStream asks for; ``olds`` are empty on creation."""
        return cls.of_sync(olds, news, {name: id}, {name: olds}, {name: news})

    @classmethod
    def of_sync(
        cls,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        streams: Mapping[str, str],
        before: Mapping[str, Mapping[str, Any]],
        now: Mapping[str, Mapping[str, Any]],
    ) -> TriggeredActions:
        """Return what an EltSync and its entries ask for.

        Args:
            olds: outputs of the last run; empty on creation.
            news: inputs.
            streams: name and id of every stream.
            before: entries of the last run by name.
            now: entries by name.
        """

        def asked(trigger: str) -> list[str]:
            if fired(trigger, olds, news):
                return list(streams)
            some = [name for name, entry in now.items() if trigger in entry and name in streams]
            return [name for name in some if fired(trigger, before.get(name, {}), now[name])]

        return cls(
            [(name, streams[name], RESET.value(now.get(name, {}))) for name in asked("full_refresh_triggers")],
            [(name, streams[name]) for name in asked("run_triggers")],
        )

    def carry_out(self, context: ProviderContext, enabled: bool, undoing: bool = False) -> None:
        """Ask Weld for it.

        Args:
            context: of this process.
            enabled: whether the sync is, since Weld runs no others.
            undoing: what was made is removed again where this fails. Else the next `up` would ask all streams once
                more, so a request that fails after others have been carried out is told instead.

        Raises:
            WeldError: nothing, or with ``undoing`` not all, was carried out.
        """
        asks = [
            (f"full-refresh {id}", partial(_request_full_refresh, context, name, id, reset))
            for name, id, reset in self.refreshes
        ]
        if self.runs and not enabled:
            names = first_few(self.runs, 3, lambda run: repr(run[0]))
            context.reporter.warn(
                f"no run was asked for ({names}): the sync is not enabled. It runs "
                "once enabled=True is set; change run_triggers again after that."
            )
        else:
            asks += [(f"run {id}", partial(_request_run, context, name, id)) for name, id in self.runs]
        for number, (command, ask) in enumerate(asks):
            try:
                ask()
            except WeldError as error:
                if undoing or not number:
                    raise
                context.reporter.warn(f"{error} The rest is done, so it is not asked again: `weld-pulumi {command}`.")


def _request_full_refresh(context: ProviderContext, name: str, id: str, reset_history: bool) -> None:
    try:
        context.client.request_full_refresh(id, reset_history)
    except WeldApiError as error:
        if error.status_code != 400:
            raise
        context.reporter.warn(
            f"Weld did not mark stream {name!r} for a full refresh: {sentence(error.message or 'no reason given')} "
            "Change full_refresh_triggers again once that is settled."
        )


def _request_run(context: ProviderContext, name: str, id: str) -> None:
    begun = context.clock.now() - _CLOCK_SKEW

    def started() -> RequestedRun | None:
        from ...api.models import RequestedRun

        runs = context.client.list_runs(id, limit=1)
        is_there = any(r.status == "RUNNING" or _seconds(r.started_at) >= begun for r in runs)
        return RequestedRun() if is_there else None

    try:
        context.client.request_run(id, Lookup(started, f"a run of {name!r}", context.clock.sleep))
    except ConflictError:
        context.reporter.info(f"stream {name!r} is running already; no second run was asked for.")
    except WeldApiError as error:
        if error.status_code != 400:
            raise
        context.reporter.warn(
            f"Weld did not start a run of stream {name!r}: {sentence(error.message or 'no reason given')}"
        )


def _seconds(text: str | None) -> float:
    time = parse_time(text)
    return time.timestamp() if time else 0.0
