"""Stream names against the streams that the source offers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from .dates import canonical_date
from .patterns import AvailableLike, is_pattern
from .problems import Problem, at, listed, show
from .suggest import Hints, ask


class RetirementLike(Protocol):
    """What Weld tells of a stream that it gives up."""

    @property
    def in_favor_of(self) -> str | None: ...  # noqa: D102
    @property
    def removal_date(self) -> str | None: ...  # noqa: D102


class StreamLike(AvailableLike, Protocol):
    """What checking needs to know of a stream that the source offers; None means not told."""

    @property
    def sub_streams(self) -> Sequence[str] | None: ...  # noqa: D102
    @property
    def retirement_details(self) -> RetirementLike | None: ...  # noqa: D102


def duplicate_problems(entries: Sequence[object], path: str = "source_streams") -> list[Problem]:
    """Return a problem for every plain name that is listed again."""
    first: dict[str, int] = {}
    problems = []
    for index, entry in enumerate(entries):
        name = entry.get("name") if isinstance(entry, Mapping) else None
        if isinstance(name, str) and first.setdefault(name, index) != index and not is_pattern(name):
            reason = f"{show(name)} is listed already at {path}[{first[name]}]; remove one of the two entries"
            problems.append(Problem(f"{path}[{index}].name", reason))
    return problems


def unknown_stream_problems(
    entries: Sequence[object],
    offered: Mapping[str, StreamLike],
    path: str = "source_streams",
    in_use: Collection[str] = (),
) -> list[Problem]:
    """Return problems with names that the source does not offer, has retired or cannot sync, and with sub-streams.

    Patterns, exclude entries and names not known yet are skipped. A source that offers nothing refuses nothing, since
    Weld may not have looked at it yet.

    Args:
        entries: the entries of ``source_streams``.
        offered: what the source offers, by name; there can be thousands, and they are asked about one by one.
        path: the property path of `entries`.
        in_use: names of streams that the sync has already; retired or not selectable, they go on running.
    """
    if not offered:
        return []
    hints, some = Hints(), ""
    problems: list[Problem] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or entry.get("exclude") is True:
            continue
        name = entry.get("name")
        if not isinstance(name, str) or not name.strip():
            continue
        here = f"{path}[{index}]"
        if name in offered:
            problems += _unusable(offered[name], here, in_use)
            problems += _sub_streams(entry, offered[name], here, hints)
        elif not is_pattern(name):
            advice = ask(hints(name, offered)) or some
            if not advice:
                advice = some = f"write {listed(sorted(offered), show)}"
            problems.append(Problem(at(here, "name"), f"{show(name)} is not a stream of this source; {advice}"))
    return problems


def retirement(stream: StreamLike) -> str:
    """Describe a retired stream: ``'orders' (stops syncing on 2026-12-31; replaced by 'payment_intents')``."""
    details = stream.retirement_details
    removal, instead = (details.removal_date, details.in_favor_of) if details else (None, None)
    when = f"stops syncing on {_day(removal)}" if removal else "Weld reports no date"
    return f"{show(stream.name)} ({when}; {f'replaced by {show(instead)}' if instead else 'Weld names no successor'})"


def _unusable(stream: StreamLike, path: str, in_use: Collection[str]) -> Iterator[Problem]:
    if stream.name in in_use:
        return
    if stream.retired:
        yield Problem(at(path, "name"), _retired(stream))
    elif stream.is_selectable is False:
        yield Problem(at(path, "name"), f"{show(stream.name)} cannot be selected in Weld; remove the entry")


def _retired(stream: StreamLike) -> str:
    details = stream.retirement_details
    removal = details.removal_date if details else None
    when = f" and stops syncing on {_day(removal)}" if removal else ""
    instead = details.in_favor_of if details else None
    advice = f"write {show(instead)} instead" if instead else "Weld names no replacement, so remove the entry"
    return f"{show(stream.name)} is retired{when}; {advice}"


def _day(text: str) -> str:
    try:
        return canonical_date(text)
    except ValueError:
        return show(text)


def _sub_streams(entry: Mapping[str, Any], stream: StreamLike, path: str, hints: Hints) -> Iterator[Problem]:
    excluded, known = entry.get("excluded_substreams"), stream.sub_streams
    if known is None or not isinstance(excluded, list):
        return
    for index, name in enumerate(excluded):
        if isinstance(name, str) and name not in known:
            advice = f"write {listed(sorted(known), show)}" if known else "it has none, so remove the name"
            reason = f"{show(name)} is not a sub-stream of {show(stream.name)}; {ask(hints(name, known)) or advice}"
            yield Problem(f"{at(path, 'excluded_substreams')}[{index}]", reason)
