"""The results as tables and as JSON."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tools.bench.imports import ImportTime
from tools.bench.measure import Measurement
from tools.bench.results import Row, Target

__all__ = ["show_imports", "show_rows", "show_targets", "write_json"]

_COLUMNS = {
    "case, operation": "",
    "idle s": "wall time of a provider that does nothing and lets the engine compare; median of the runs",
    "noop s": "wall time of one that also returns that nothing has changed, and has no configuration",
    "weld s": "wall time of weld-pulumi",
    "/idle": "ratio of weld to idle in one turn, one right after the other; median of the turns",
    "/noop": "the same ratio of weld to noop",
    "CPU/idle": "the same ratios of processor time",
    "CPU/noop": "",
    "Weld s": "how long the simulated Weld took to respond",
    "reads": "",
    "writes": "",
    "idle MB": "peak memory of the plugin",
    "weld MB": "",
}


def show_rows(console: Console, rows: Iterable[Row]) -> None:
    """Print a row for each operation of each case, with the meaning of the columns."""
    title = "Weld beside providers that do nothing"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, collapse_padding=True)
    for number, column in enumerate(_COLUMNS):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for case, of_case in groupby(rows, key=lambda row: row.case):
        table.add_row(str(case), style="bold")
        for row in of_case:
            table.add_row(f"  {row.operation}" + (f" ({row.runs} runs)" if row.runs > 1 else ""), *_figures(row))
    console.print(table)
    for column, meaning in _COLUMNS.items():
        if meaning:
            console.print(f"  {column}: {meaning}", style="dim")


def _figures(row: Row) -> tuple[str, ...]:
    times = [f"{row.typical[provider].seconds:.2f}" for provider in ("idle", "noop", "weld")]
    ratios = [f"{ratio[provider]:.2f}" for ratio in (row.ratio, row.cpu_ratio) for provider in ("idle", "noop")]
    requests = (f"{row.requests.seconds:.2f}", str(row.requests.reads), str(row.requests.writes))
    return (*times, *ratios, *requests, *(_megabytes(row.typical[name].memory) for name in ("idle", "weld")))


def _megabytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 1e6:.0f}"


def show_imports(console: Console, imports: Iterable[ImportTime]) -> None:
    """Print what imports cost."""
    table = Table(title="Imports (milliseconds, medians)", title_justify="left")
    for column in ("process", "imported anyway", "ms", "added", "ms"):
        table.add_column(column, justify="right" if column == "ms" else "left")
    for item in imports:
        table.add_row(item.process, item.base, f"{item.base_ms:.0f}", item.added, f"{item.added_ms:.0f}")
    console.print(table)


def show_targets(console: Console, targets: Iterable[Target]) -> None:
    """Print which targets are met."""
    table = Table(title="Targets", title_justify="left")
    for column in ("", "what", "at most", "found"):
        table.add_column(column, justify="left" if column in ("", "what") else "right")
    for target in targets:
        mark = "[green]met[/]" if target.met else "[red]missed[/]"
        table.add_row(mark, target.what, f"{target.limit:g}", f"{target.found:g}")
    console.print(table)


def write_json(
    path: Path,
    measurements: Iterable[Measurement],
    rows: Iterable[Row],
    imports: Iterable[ImportTime],
    targets: Iterable[Target],
    cli: str,
) -> None:
    """Write everything, including the single measurements."""
    report = {
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version()},
        "pulumi": cli,
        "rows": [{**asdict(row), "memory_ratio": row.memory_ratio} for row in rows],
        "startup": [asdict(item) for item in imports],
        "targets": [{**asdict(target), "met": target.met} for target in targets],
        "measurements": [asdict(item) for item in measurements],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")
