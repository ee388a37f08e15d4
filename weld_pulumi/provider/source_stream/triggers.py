"""Triggered actions: the runs and full refreshes that a changed trigger requests, once per change and stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..._text import first_few, sentence
from ...errors import WeldApiError, WeldError
from ...schema.attributes import Change
from ...schema.streams import ENTRY
from ..core.context import ProviderContext

__all__ = ["TRIGGERS", "TriggeredActions", "any_fired", "fired"]

#: The names of the triggers that a sync, a stream and an entry have.
TRIGGERS = ENTRY.names(lambda attribute: attribute.on_change is Change.ACTION)


def any_fired(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether any trigger has changed."""
    return any(fired(name, olds, news) for name in TRIGGERS)


def fired(name: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Tell whether a trigger is set and has changed; removing one does not fire it."""
    return news.get(name) is not None and news.get(name) != olds.get(name)


@dataclass
class TriggeredActions:
    """The requests that the triggers of one resource ask for, at most one of each kind for a stream.

    Attributes:
        refreshes: (name, id, whether to discard the history too) of the streams to copy again in full.
        runs: (name, id) of the streams to run.
    """

    refreshes: list[tuple[str, str, bool]]
    runs: list[tuple[str, str]]

    @classmethod
    def of_stream(cls, olds: Mapping[str, Any], news: Mapping[str, Any], name: str, id: str) -> TriggeredActions:
        """Return the actions of a SourceStream; ``olds`` are empty on creation."""
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
        """Return the actions of an EltSync and its entries.

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
            [
                (name, streams[name], ENTRY["reset_history_table"].value(now.get(name, {})))
                for name in asked("full_refresh_triggers")
            ],
            [(name, streams[name]) for name in asked("run_triggers")],
        )

    def carry_out(self, context: ProviderContext, enabled: bool, undoing: bool = False) -> None:
        """Send the requests.

        Args:
            context: of this process.
            enabled: whether the sync is enabled; Weld runs no others.
            undoing: the object is removed again if a request fails. Otherwise a request that fails after others have
                succeeded is only reported: the next `up` would repeat the others too.

        Raises:
            WeldError: no request, or with ``undoing`` not every request, succeeded.
        """
        asks = [
            (f"full-refresh {id}", partial(_request_full_refresh, context, name, id, reset))
            for name, id, reset in self.refreshes
        ]
        if self.runs and not enabled:
            context.reporter.warn(
                f"No run was requested for {first_few((name for name, _ in self.runs), 3, repr)}: the sync is "
                "disabled. Set enabled=True, then change run_triggers again."
            )
        else:
            asks += [(f"run {id}", partial(_request_run, context, name, id)) for name, id in self.runs]
        for number, (command, ask) in enumerate(asks):
            try:
                ask()
            except WeldError as error:
                if undoing or not number:
                    raise
                context.reporter.warn(
                    f"{error} The other requests succeeded, so this one is not repeated: run `weld-pulumi {command}`."
                )


def _request_full_refresh(context: ProviderContext, name: str, id: str, reset_history: bool) -> None:
    try:
        context.client.request_full_refresh(id, reset_history)
    except WeldApiError as error:
        if error.status_code != 400:
            raise
        context.reporter.warn(
            f"Weld did not mark stream {name!r} for a full refresh: {sentence(error.message or 'no reason given')} "
            "Change full_refresh_triggers again once that is resolved."
        )


def _request_run(context: ProviderContext, name: str, id: str) -> None:
    from ...api.run_watch import request_run

    try:
        if not request_run(context.client, id, name, context.clock.now, context.clock.sleep):
            context.reporter.info(f"stream {name!r} is already running; no second run was requested.")
    except WeldApiError as error:
        if error.status_code != 400:
            raise
        context.reporter.warn(
            f"Weld did not start a run of stream {name!r}: {sentence(error.message or 'no reason given')}"
        )
