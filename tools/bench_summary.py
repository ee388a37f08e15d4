"""From single measurements to what is told: medians, ratios, and whether the targets are met."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from tools.bench_run import OPERATIONS, Case, Measurement
from tools.bench_startup import Startup
from tools.bench_weld import Asked
from weld_pulumi.api.client import UPSERT_SIZE


@dataclass(frozen=True)
class Typical:
    """One provider: medians of its runs, and the largest memory of the plugin in any of them."""

    seconds: float
    cpu_seconds: float
    memory: int | None

    @classmethod
    def of(cls, items: Sequence[Measurement]) -> Typical:
        memory = max((item.memory for item in items if item.memory is not None), default=None)
        seconds, cpu_seconds = median(item.seconds for item in items), median(item.cpu_seconds for item in items)
        return cls(round(seconds, 3), round(cpu_seconds, 3), memory)


@dataclass(frozen=True)
class Row:
    """One operation of a case.

    The ratios are medians over the turns. In a turn both providers run one right after the other, so that a machine
    that is faster at one time than at another disturbs a ratio less than it disturbs what the ratio is of.
    """

    case: Case
    operation: str
    runs: int
    idle: Typical
    weld: Typical
    ratio: float
    cpu_ratio: float
    asked: Asked  # in one of the runs

    @classmethod
    def of(cls, case: Case, operation: str, turns: Sequence[tuple[Measurement, Measurement]]) -> Row:
        idle, weld = zip(*turns, strict=True)
        ratio = median(w.seconds / i.seconds for i, w in turns)
        cpu_ratio = median(w.cpu_seconds / i.cpu_seconds for i, w in turns)
        both = Typical.of(idle), Typical.of(weld)
        return cls(case, operation, len(turns), *both, round(ratio, 3), round(cpu_ratio, 3), weld[-1].asked)

    @property
    def memory_ratio(self) -> float | None:
        return round(self.weld.memory / self.idle.memory, 3) if self.weld.memory and self.idle.memory else None

    def as_dict(self) -> dict[str, Any]:
        found = {"memory_ratio": self.memory_ratio, "reads": self.asked.reads, "writes": self.asked.writes}
        return {**asdict(self), **found}


@dataclass(frozen=True)
class Target:
    """A promise, and what came of it."""

    what: str
    limit: float
    found: float

    @property
    def met(self) -> bool:
        return self.found <= self.limit

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


def rows_of(measurements: Iterable[Measurement]) -> list[Row]:
    """One row for each case and operation of which both providers were measured in a turn."""
    turns: dict[tuple[Case, str, int], dict[str, Measurement]] = {}
    for item in measurements:
        turns.setdefault((item.case, item.operation, item.run), {})[item.provider] = item
    grouped: dict[tuple[Case, str], list[tuple[Measurement, Measurement]]] = {}
    for (case, operation, _), both in turns.items():
        if len(both) == 2:
            grouped.setdefault((case, operation), []).append((both["idle"], both["weld"]))
    rows = [Row.of(case, operation, pairs) for (case, operation), pairs in grouped.items()]
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[str, float, int, int]:
    return row.case.mode, row.case.latency, row.case.streams, OPERATIONS.index(row.operation)


# The engine needs a second or so for anything, so ratios are promised where there is much to do.
_RATIOS = {
    ("inline", 5000): {"up": 1.25, "second up": 1.10, "refresh": 1.25},
    ("separate", 1000): {"up": 1.10, "refresh": 1.15},
}
_MEMORY_RATIO = 1.5
_IMPORT_MS = {"program": 60.0, "plugin": 200.0}


def targets_of(rows: Iterable[Row], startup: Iterable[Startup]) -> list[Target]:
    """Every promise that was measured."""
    found = [target for row in rows for target in (*_time_and_memory(row), *_requests(row))]
    imports = (
        Target(f"imports in the {s.process}, ms", _IMPORT_MS[s.process], s.added_ms)
        for s in startup
        if s.process in _IMPORT_MS
    )
    return [*found, *imports]


def _time_and_memory(row: Row) -> Iterator[Target]:
    limits = _RATIOS.get((row.case.mode, row.case.streams))
    if limits is None or row.case.latency:
        return
    if row.operation in limits:
        yield Target(f"{row.case}: {row.operation}, ratio", limits[row.operation], row.ratio)
    if row.case.mode == "separate" and row.memory_ratio is not None:
        yield Target(f"{row.case}: {row.operation}, memory ratio", _MEMORY_RATIO, row.memory_ratio)


def _requests(row: Row) -> Iterator[Target]:
    streams, name = row.case.streams, f"{row.case}: {row.operation}"
    asked = row.asked
    everything = asked.reads + asked.writes
    if row.operation == "second up":
        yield Target(f"{name}, requests", 0, everything)
    elif row.case.mode == "inline" and row.operation == "up":
        yield Target(f"{name}, requests", 4 + math.ceil(streams / UPSERT_SIZE), everything)
    elif row.case.mode == "inline" and row.operation == "refresh":
        yield Target(f"{name}, requests", 1, everything)
    elif row.operation in ("up", "refresh"):
        yield Target(f"{name}, reads", streams // 100 + 5, asked.reads)
    if row.case.mode == "separate" and row.operation == "up":
        yield Target(f"{name}, writes beyond one a stream", 0, abs(asked.stream_writes - streams))
