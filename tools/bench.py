"""Measures what Weld's resources cost beyond what Pulumi itself costs, on the real engine and the simulator.

Each case is run with `weld_pulumi` and with a provider that does nothing, operation by operation in turn, so that
whatever else the machine does meets both. Results: a table, bench-results/bench.json and bench-results/bench.svg.

The provider that does nothing holds the arguments that the program gives. Weld's resources hold more: defaults, ids and
what else Weld tells. What the engine needs for that is part of the ratio, unless --same-state is given.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.support.cli import require_cli
from tests.support.engine import EngineError
from tools.bench_chart import chart
from tools.bench_programs import MODES
from tools.bench_report import show_rows, show_startup, show_targets, write_json
from tools.bench_run import Case, Measurement, measure, steps_of_a_turn
from tools.bench_startup import Startup, measure_startup
from tools.bench_summary import rows_of, targets_of
from tools.bench_weld import running_weld
from tools.local_env import ROOT

SIZES = {"inline": (10, 1000, 5000), "separate": (10, 200, 1000)}
LATENCIES = (0.0, 50.0)
QUICK_SIZES = {"inline": (10, 1000), "separate": (10,)}
STARTUP_RUNS = 11
_LEAST_RUNS = 5
RESULTS = ROOT / "bench-results"

Tell = Callable[[str], None]


def main() -> int:
    """Runs the plan that the options describe."""
    signal.signal(signal.SIGTERM, _terminated)
    options = parser().parse_args()
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)  # else the tables are squeezed into the usual 80 columns
    measurements: list[Measurement] = []
    startup: list[Startup] = []
    failed = False
    try:
        _measure_all(options, console, measurements, startup)
    except KeyboardInterrupt:
        console.print("Stopped; what was measured until now:")
    except EngineError as error:
        failed = True
        console.print(f"{error}\n\nWhat was measured until then:", markup=False)
    _report(options.output, console, measurements, startup)
    return 1 if failed else 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, no latency, one run: some two minutes")
    parser.add_argument("--only", choices=[*MODES, "startup"], help="leave the others out")
    parser.add_argument("--sizes", type=_numbers(int), metavar="N,N", help="numbers of streams")
    parser.add_argument("--latency", type=_numbers(float), metavar="MS,MS", help="milliseconds of each answer of Weld")
    parser.add_argument("--repeat", type=int, metavar="N", help="turns of each case (default: 5, or 1 of minutes each)")
    parser.add_argument(
        "--same-state", action="store_true", help="compare with resources that hold as many properties as Weld's"
    )
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="DIR", help="default: bench-results")
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
    """Every case, and how often it is run."""
    sizes = QUICK_SIZES if options.quick else SIZES
    for mode in MODES:
        if options.only not in (None, mode):
            continue
        for latency in options.latency or (LATENCIES[:1] if options.quick else LATENCIES):
            for streams in options.sizes or sizes[mode]:
                yield Case(mode, streams, latency), options.repeat or _repeats(mode, streams, options.quick)


def _repeats(mode: str, streams: int, quick: bool) -> int:
    # The engine writes its whole state after each step, so a thousand resources take minutes.
    return 1 if quick or (mode == "separate" and streams >= 1000) else _LEAST_RUNS


def times_again(repeats: int, quick: bool) -> int:
    """How often a turn runs what changes nothing: also where turns are few, one measurement is not enough."""
    return 1 if quick else math.ceil(_LEAST_RUNS / repeats)


def _measure_all(
    options: argparse.Namespace, console: Console, measurements: list[Measurement], startup: list[Startup]
) -> None:
    plan = list(plan_of(options))
    steps = sum(repeats * steps_of_a_turn(times_again(repeats, options.quick)) for _, repeats in plan)
    with _Progress(console, steps + 1) as (tell, advance):
        if options.only in (None, "startup"):
            startup += measure_startup(STARTUP_RUNS, tell)
        advance()
        if not plan:
            return
        with running_weld() as weld:
            for case, repeats in plan:
                again = times_again(repeats, options.quick)
                for run in range(repeats):
                    for found in measure(case, run, weld, tell, again=again, same_state=options.same_state):
                        measurements.append(found)
                        advance()


class _Progress:
    """A bar with what is going on; where there is no terminal, a line for each thing."""

    def __init__(self, console: Console, steps: int) -> None:
        columns = (TextColumn("{task.description:<48}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True)
        self._console = console
        self._task = self._bar.add_task("", total=steps)

    def __enter__(self) -> tuple[Tell, Callable[[], None]]:
        """Begin."""
        self._bar.start()
        return self._tell, lambda: self._bar.advance(self._task)

    def __exit__(self, *_: object) -> None:
        """End."""
        self._bar.stop()

    def _tell(self, text: str) -> None:
        self._bar.update(self._task, description=text)
        if not self._console.is_terminal:
            self._console.print(text)


def _report(folder: Path, console: Console, measurements: list[Measurement], startup: list[Startup]) -> None:
    rows = rows_of(measurements)
    targets = targets_of(rows, startup)
    if rows:
        show_rows(console, rows)
    if startup:
        show_startup(console, startup)
    show_targets(console, targets)
    write_json(folder / "bench.json", measurements, rows, startup, targets, str(require_cli()))
    (folder / "bench.svg").write_text(chart(rows))
    console.print(f"Written: {folder / 'bench.json'}, {folder / 'bench.svg'}")


def _terminated(_signal: int, _frame: object) -> NoReturn:
    sys.exit(143)  # lets the simulator and the engine be stopped


if __name__ == "__main__":
    sys.exit(main())
