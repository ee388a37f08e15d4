"""What a person sees of a benchmark, and the file for programs."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.bench_run import Measurement
from tools.bench_startup import Startup
from tools.bench_summary import Row, Target

_COLUMNS = {
    "case": "",
    "operation": "",
    "idle s": "wall time of the provider that does nothing, median of the runs",
    "weld s": "the same with weld-pulumi",
    "ratio": "of the two in one turn, one right after the other; median of the turns",
    "CPU": "the same ratio of processor time",
    "answers s": "how long the simulated Weld took to answer",
    "reads": "",
    "writes": "",
    "idle MB": "largest memory of the plugin",
    "weld MB": "",
}


def show_rows(console: Console, rows: Iterable[Row]) -> None:
    table = Table(title="Weld against a provider that does nothing", title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, justify="left" if column in ("case", "operation") else "right")
    last = None
    for row in rows:
        if last not in (None, row.case):
            table.add_section()
        name = f"{row.case} ({row.runs} runs)" if row.runs > 1 else str(row.case)
        table.add_row("" if last == row.case else name, row.operation, *_figures(row))
        last = row.case
    console.print(table)
    for column, meaning in _COLUMNS.items():
        if meaning:
            console.print(f"  {column}: {meaning}", style="dim")


def _figures(row: Row) -> tuple[str, ...]:
    idle, weld, asked = row.idle, row.weld, row.asked
    times = (f"{idle.seconds:.2f}", f"{weld.seconds:.2f}", f"{row.ratio:.2f}", f"{row.cpu_ratio:.2f}")
    requests = (f"{asked.seconds:.2f}", str(asked.reads), str(asked.writes))
    return (*times, *requests, _megabytes(idle.memory), _megabytes(weld.memory))


def _megabytes(size: int | None) -> str:
    return "-" if size is None else f"{size / 1e6:.0f}"


def show_startup(console: Console, startup: Iterable[Startup]) -> None:
    table = Table(title="Imports (milliseconds, medians)", title_justify="left")
    for column in ("process", "there anyway", "ms", "added", "ms"):
        table.add_column(column, justify="right" if column == "ms" else "left")
    for item in startup:
        table.add_row(item.process, item.base, f"{item.base_ms:.0f}", item.added, f"{item.added_ms:.0f}")
    console.print(table)


def show_targets(console: Console, targets: Iterable[Target]) -> None:
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
    startup: Iterable[Startup],
    targets: Iterable[Target],
    cli: str,
) -> None:
    """Everything, single measurements included."""
    report = {
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"system": platform.platform(), "processors": os.cpu_count(), "python": platform.python_version()},
        "pulumi": cli,
        "rows": [row.as_dict() for row in rows],
        "startup": [item.as_dict() for item in startup],
        "targets": [target.as_dict() for target in targets],
        "measurements": [item.as_dict() for item in measurements],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")
