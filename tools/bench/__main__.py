"""Measures what Weld's resources cost beyond what Pulumi itself costs, on the real engine and the simulator.

Each case runs with `weld_pulumi` and with two providers that do nothing, operation by operation in turns, so that other
work on the machine affects all three. Results: a table, bench-results/bench.json and bench-results/bench.svg.
tools/bench/README.md explains how to read them.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.support.cli import require_cli
from tests.support.engine import EngineError
from tools.bench.chart import chart
from tools.bench.imports import ImportTime, measure_imports
from tools.bench.measure import Case, Measurement, count_of_turn, measure
from tools.bench.programs import MODES
from tools.bench.report import show_imports, show_rows, show_targets, write_json
from tools.bench.results import rows_of, targets_of
from tools.bench.weld import Weld
from tools.local_env import ROOT
from tools.simulator_process import SimulatorProcess

SIZES = {"inline": (10, 1000, 5000), "separate": (10, 200, 1000)}
LATENCIES = (0.0, 50.0)
QUICK_SIZES = {"inline": (10, 1000), "separate": (10,)}
IMPORT_RUNS = 11
_LEAST_RUNS = 5


def main() -> int:
    """Run the plan that the options describe."""
    signal.signal(signal.SIGTERM, _terminated)
    options = parser().parse_args()
    console = Console()
    if not console.is_terminal:
        console = Console(width=140)  # the tables do not fit into the default of 80 columns
    measurements: list[Measurement] = []
    imports: list[ImportTime] = []
    failed = False
    try:
        _measure_all(options, console, measurements, imports)
    except KeyboardInterrupt:
        console.print("Stopped. Results so far:")
    except EngineError as error:
        failed = True
        console.print(f"{error}\n\nResults so far:", markup=False)
    _report(options.output, console, measurements, imports)
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the options."""
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, no latency, one run: about three minutes")
    parser.add_argument("--only", choices=[*MODES, "startup"], help="measure only this; startup: imports")
    parser.add_argument("--sizes", type=_numbers(int), metavar="N,N", help="numbers of streams")
    parser.add_argument(
        "--latency", type=_numbers(float), metavar="MS,MS", help="milliseconds of each response of Weld"
    )
    parser.add_argument(
        "--repeat", type=int, metavar="N", help="turns of each case (default: 5, or 1 where one takes minutes)"
    )
    parser.add_argument(
        "--same-state", action="store_true", help="let the idle provider hold as many properties as Weld's resources"
    )
    parser.add_argument(
        "--output", type=Path, default=ROOT / "bench-results", metavar="DIR", help="default: bench-results"
    )
    return parser


def _numbers(kind: type) -> Callable[[str], list[float]]:
    def read(text: str) -> list[float]:
        numbers = [kind(part) for part in text.split(",")]
        if not numbers or min(numbers) < 0:
            raise ValueError
        return numbers

    read.__name__ = "numbers"  # argparse names it in its message
    return read


def plan_of(options: argparse.Namespace) -> Iterator[tuple[Case, int]]:
    """Return every case and its number of turns."""
    sizes = QUICK_SIZES if options.quick else SIZES
    for mode in MODES:
        if options.only not in (None, mode):
            continue
        for latency in options.latency or (LATENCIES[:1] if options.quick else LATENCIES):
            for streams in options.sizes or sizes[mode]:
                # The engine writes its whole state after each step, so a thousand resources take minutes.
                is_slow = mode == "separate" and streams >= 1000
                yield Case(mode, streams, latency), options.repeat or (1 if options.quick or is_slow else _LEAST_RUNS)


def repeats_in_turn(turns: int, quick: bool) -> int:
    """Return how often a turn runs what changes nothing, so that few turns measure that often enough too."""
    return 1 if quick else math.ceil(_LEAST_RUNS / turns)


def _measure_all(
    options: argparse.Namespace, console: Console, measurements: list[Measurement], imports: list[ImportTime]
) -> None:
    plan = [(case, turns, repeats_in_turn(turns, options.quick)) for case, turns in plan_of(options)]
    steps = 1 + sum(turns * count_of_turn(repeats) for _, turns, repeats in plan)
    with _progress(console) as progress:
        task = progress.add_task("", total=steps)

        def report(text: str) -> None:
            progress.update(task, description=text)
            if not console.is_terminal:
                console.print(text)

        if options.only in (None, "startup"):
            imports += measure_imports(IMPORT_RUNS, report)
        progress.advance(task)
        if not plan:
            return
        with SimulatorProcess("bench") as process:  # of its own, so that its work is not attributed to the provider
            weld = Weld(process.url)
            for case, turns, repeats in plan:
                for turn in range(turns):
                    for found in measure(case, turn, weld, report, repeats=repeats, same_state=options.same_state):
                        measurements.append(found)
                        progress.advance(task)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<48}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _report(folder: Path, console: Console, measurements: list[Measurement], imports: list[ImportTime]) -> None:
    rows = rows_of(measurements)
    targets = targets_of(rows, imports)
    if rows:
        show_rows(console, rows)
    if imports:
        show_imports(console, imports)
    show_targets(console, targets)
    write_json(folder / "bench.json", measurements, rows, imports, targets, str(require_cli()))
    (folder / "bench.svg").write_text(chart(rows))
    console.print(f"Written: {folder / 'bench.json'}, {folder / 'bench.svg'}")


def _terminated(_signal: int, _frame: object) -> NoReturn:
    sys.exit(143)  # stops the simulator and the engine


if __name__ == "__main__":
    sys.exit(main())
