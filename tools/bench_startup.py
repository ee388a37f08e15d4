"""What importing the package costs, in the program and in the plugin's process: medians over fresh processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

_KINDS = ("connection", "elt_sync", "source_stream")
_PLUGIN = ", ".join(["weld_pulumi.provider.dynamic", *(f"weld_pulumi.provider.{kind}" for kind in _KINDS)])
# Process: what is there anyway, and what is added to it. The plugin loads HTTP and models with its first request.
IMPORTS = {
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
class Startup:
    """Milliseconds: of what is there anyway, and of what is added."""

    process: str
    base: str
    added: str
    base_ms: float
    added_ms: float

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure_startup(runs: int, tell: Callable[[str], None]) -> list[Startup]:
    """The processes take turns. The first round is not counted: it finds cold caches."""
    seconds: dict[str, list[tuple[float, float]]] = {process: [] for process in IMPORTS}
    tell(f"imports, {runs} times")
    for run in range(runs + 1):
        for process, (base, added) in IMPORTS.items():
            timed = _time_imports(base, added)
            if run:
                seconds[process].append(timed)
    return [Startup(process, *IMPORTS[process], *_medians(seconds[process])) for process in IMPORTS]


def _time_imports(base: str, added: str) -> tuple[float, float]:
    command = [sys.executable, "-c", _TIMED.format(base=base, added=added)]
    first, second = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(first), float(second)


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    first, second = (round(statistics.median(column) * 1000, 1) for column in zip(*pairs, strict=True))
    return first, second
