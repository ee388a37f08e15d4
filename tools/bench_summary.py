"""From single measurements to what is told: medians, ratios, and whether the targets are met."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tools.bench_run import OPERATIONS, Case, Measurement
from tools.bench_startup import Startup
from weld_pulumi.api.client import UPSERT_SIZE


@dataclass(frozen=True)
class Row:
    """One operation of a case: medians over the runs, the largest memory, the requests of one run."""

    case: Case
    operation: str
    runs: int
    idle_seconds: float
    weld_seconds: float
    idle_memory: int | None
    weld_memory: int | None
    requests: dict[str, int]

    @property
    def ratio(self) -> float:
        return self.weld_seconds / self.idle_seconds

    @property
    def memory_ratio(self) -> float | None:
        return self.weld_memory / self.idle_memory if self.weld_memory and self.idle_memory else None

    @property
    def reads(self) -> int:
        return sum(count for kind, count in self.requests.items() if kind.startswith("GET "))

    @property
    def writes(self) -> int:
        return sum(self.requests.values()) - self.reads

    @property
    def stream_writes(self) -> int:
        return self.requests.get("POST /elt_syncs/ID/source_streams", 0)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 3), "reads": self.reads, "writes": self.writes}


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
    """One row for each case and operation, in the order of the measurements."""
    grouped: dict[tuple[Case, str], dict[str, list[Measurement]]] = {}
    for item in measurements:
        grouped.setdefault((item.case, item.operation), {}).setdefault(item.provider, []).append(item)
    rows = [_row(*key, both["idle"], both["weld"]) for key, both in grouped.items() if len(both) == 2]
    return sorted(rows, key=lambda row: (row.case.mode, row.case.latency, row.case.streams, _place(row)))


def _place(row: Row) -> int:
    return OPERATIONS.index(row.operation)


def _row(case: Case, operation: str, idle: list[Measurement], weld: list[Measurement]) -> Row:
    return Row(
        case=case,
        operation=operation,
        runs=len(weld),
        idle_seconds=round(statistics.median(item.seconds for item in idle), 3),
        weld_seconds=round(statistics.median(item.seconds for item in weld), 3),
        idle_memory=_largest(idle),
        weld_memory=_largest(weld),
        requests=weld[-1].requests,
    )


def _largest(items: list[Measurement]) -> int | None:
    return max((item.memory for item in items if item.memory is not None), default=None)


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
    imports = (Target(f"imports in the {s.process}, ms", _IMPORT_MS[s.process], s.added_ms) for s in startup)
    return [*found, *imports]


def _time_and_memory(row: Row) -> Iterator[Target]:
    limits = _RATIOS.get((row.case.mode, row.case.streams))
    if limits is None or row.case.latency:
        return
    if row.operation in limits:
        yield Target(f"{row.case}: {row.operation}, ratio", limits[row.operation], round(row.ratio, 3))
    if row.memory_ratio is not None:
        yield Target(f"{row.case}: {row.operation}, memory ratio", _MEMORY_RATIO, round(row.memory_ratio, 3))


def _requests(row: Row) -> Iterator[Target]:
    streams, name = row.case.streams, f"{row.case}: {row.operation}"
    everything = row.reads + row.writes
    if row.operation == "second up":
        yield Target(f"{name}, requests", 0, everything)
    elif row.case.mode == "inline" and row.operation == "up":
        yield Target(f"{name}, requests", 4 + math.ceil(streams / UPSERT_SIZE), everything)
    elif row.case.mode == "inline" and row.operation == "refresh":
        yield Target(f"{name}, requests", 1, everything)
    elif row.operation in ("up", "refresh"):
        yield Target(f"{name}, reads", streams // 100 + 5, row.reads)
    if row.case.mode == "separate" and row.operation == "up":
        yield Target(f"{name}, writes beyond one a stream", 0, abs(row.stream_writes - streams))
