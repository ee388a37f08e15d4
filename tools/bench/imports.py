"""What importing the package costs, in the program and in the plugin process: medians over fresh processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["ImportTime", "measure_imports"]

_KINDS = ("connection", "elt_sync", "source_stream")
_PLUGIN = ", ".join(["weld_pulumi.provider.dynamic", *(f"weld_pulumi.provider.{kind}" for kind in _KINDS)])
# Process -> what Pulumi imports anyway, and what is added. The plugin imports HTTP and models with its first request.
_IMPORTS = {
    "program": ("pulumi", "weld_pulumi"),
    "plugin": ("pulumi.dynamic", _PLUGIN),
    "first request": (f"pulumi.dynamic, {_PLUGIN}", "weld_pulumi.api.client"),
}
_TIMED = """
import time
start = time.perf_counter()
import {base}
between = time.perf_counter()
import {added}
print(between - start, time.perf_counter() - between)
"""


@dataclass(frozen=True)
class ImportTime:
    """Milliseconds of the imports of a process: of those that Pulumi makes anyway, and of those added."""

    process: str
    base: str
    added: str
    base_ms: float
    added_ms: float


def measure_imports(runs: int, report: Callable[[str], None]) -> list[ImportTime]:
    """Measure the processes in turns; the first turn warms caches and does not count."""
    report(f"imports, {runs} times")
    seconds: dict[str, list[tuple[float, float]]] = {process: [] for process in _IMPORTS}
    for run in range(runs + 1):
        for process, (base, added) in _IMPORTS.items():
            timed = _time_imports(base, added)
            if run:
                seconds[process].append(timed)
    return [ImportTime(process, *_IMPORTS[process], *_medians(seconds[process])) for process in _IMPORTS]


def _time_imports(base: str, added: str) -> tuple[float, float]:
    command = [sys.executable, "-c", _TIMED.format(base=base, added=added)]
    first, second = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(first), float(second)


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    first, second = (round(statistics.median(column) * 1000, 1) for column in zip(*pairs, strict=True))
    return first, second
