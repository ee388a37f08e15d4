"""From measurements to results: medians, ratios, and whether the targets are met."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tools.bench.imports import ImportTime
from tools.bench.measure import OPERATIONS, Case, Measurement
from tools.bench.programs import PROVIDERS
from tools.bench.weld import Requests
from weld_pulumi.api.client import UPSERT_SIZE

__all__ = ["Row", "Target", "Typical", "rows_of", "targets_of"]

Turn = dict[str, Measurement]  # by provider


@dataclass(frozen=True)
class Typical:
    """One provider: medians of its runs, and the peak memory of the plugin in any of them."""

    seconds: float
    cpu_seconds: float
    memory: int | None


@dataclass(frozen=True)
class Row:
    """One operation of a case.

    A ratio is the median over the turns of Weld's time to that of another provider. In a turn all providers run one
    right after the other, so a machine whose speed varies affects ratios less than times.
    """

    case: Case
    operation: str
    runs: int
    typical: dict[str, Typical]
    ratio: dict[str, float]
    cpu_ratio: dict[str, float]
    requests: Requests  # of one of the runs

    @property
    def memory_ratio(self) -> float | None:
        idle, weld = self.typical["idle"].memory, self.typical["weld"].memory
        return round(weld / idle, 3) if weld and idle else None


@dataclass(frozen=True)
class Target:
    """A promise, and the figure that was measured."""

    what: str
    limit: float
    found: float

    @property
    def met(self) -> bool:
        return self.found <= self.limit


def rows_of(measurements: Iterable[Measurement]) -> list[Row]:
    """Return a row for each case and operation that all providers have completed in a turn."""
    turns: dict[tuple[Case, str, int], Turn] = {}
    for item in measurements:
        turns.setdefault((item.case, item.operation, item.run), {})[item.provider] = item
    grouped: dict[tuple[Case, str], list[Turn]] = {}
    for (case, operation, _), turn in turns.items():
        if len(turn) == len(PROVIDERS):
            grouped.setdefault((case, operation), []).append(turn)
    return sorted((_row(*key, group) for key, group in grouped.items()), key=_place)


def _row(case: Case, operation: str, turns: Sequence[Turn]) -> Row:
    others = [provider for provider in PROVIDERS if provider != "weld"]
    return Row(
        case,
        operation,
        len(turns),
        {provider: _typical([turn[provider] for turn in turns]) for provider in PROVIDERS},
        {name: round(median(t["weld"].seconds / t[name].seconds for t in turns), 3) for name in others},
        {name: round(median(t["weld"].cpu_seconds / t[name].cpu_seconds for t in turns), 3) for name in others},
        turns[-1]["weld"].requests,
    )


def _typical(items: Sequence[Measurement]) -> Typical:
    memory = max((item.memory for item in items if item.memory is not None), default=None)
    seconds, cpu_seconds = median(item.seconds for item in items), median(item.cpu_seconds for item in items)
    return Typical(round(seconds, 3), round(cpu_seconds, 3), memory)


def _place(row: Row) -> tuple[str, float, int, int]:
    return row.case.mode, row.case.latency, row.case.streams, OPERATIONS.index(row.operation)


# Targets --------------------------------------------------------------------------------------------------------------

# The engine needs about a second for anything, so ratios are promised for large cases only.
_RATIOS = {
    ("inline", 5000): {"up": 1.25, "second up": 1.10, "refresh": 1.25},
    ("separate", 1000): {"up": 1.10, "refresh": 1.15},
}
_NOOP_RATIO = 1.15
_NOOP_CASES = (("inline", 5000), ("separate", 200), ("separate", 1000))
_NOOP_OPERATIONS = ("preview", "up", "second up", "refresh")
_MEMORY_RATIO = 1.5
_IMPORT_MS = {"program": 60.0, "plugin": 200.0}


def targets_of(rows: Iterable[Row], imports: Iterable[ImportTime]) -> list[Target]:
    """Return every target that was measured."""
    targets = [target for row in rows for target in (*_ratios(row), *_memory(row), *_requests(row))]
    for item in imports:
        if item.process in _IMPORT_MS:
            targets.append(Target(f"imports in the {item.process}, ms", _IMPORT_MS[item.process], item.added_ms))
    return targets


def _ratios(row: Row) -> Iterator[Target]:
    if row.case.latency:
        return
    name, case = f"{row.case}: {row.operation}", (row.case.mode, row.case.streams)
    if limit := _RATIOS.get(case, {}).get(row.operation):
        yield Target(f"{name}, ratio to idle", limit, row.ratio["idle"])
    if case in _NOOP_CASES and row.operation in _NOOP_OPERATIONS:
        yield Target(f"{name}, ratio to noop", _NOOP_RATIO, row.ratio["noop"])


def _memory(row: Row) -> Iterator[Target]:
    if (row.case.mode, row.case.streams, row.case.latency) == ("separate", 1000, 0) and row.memory_ratio is not None:
        yield Target(f"{row.case}: {row.operation}, memory ratio", _MEMORY_RATIO, row.memory_ratio)


def _requests(row: Row) -> Iterator[Target]:
    name, streams, requests = f"{row.case}: {row.operation}", row.case.streams, row.requests
    inline, total = row.case.mode == "inline", requests.reads + requests.writes
    if row.operation == "second up":
        yield Target(f"{name}, requests", 0, total)
    elif inline and row.operation == "up":
        yield Target(f"{name}, requests", 4 + math.ceil(streams / UPSERT_SIZE), total)
    elif inline and row.operation == "refresh":
        yield Target(f"{name}, requests", 2, total)  # the sync, and what its source offers
    elif row.operation in ("up", "refresh"):
        yield Target(f"{name}, reads", streams // 100 + 5, requests.reads)
    if not inline and row.operation == "up":
        yield Target(f"{name}, writes beyond one a stream", 0, abs(requests.stream_writes - streams))
