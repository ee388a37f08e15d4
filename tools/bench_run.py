"""Runs one case of the benchmark: both providers through the same operations, turn by turn, on the real engine."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.support import cli, engine
from tools.bench_memory import PluginMemory
from tools.bench_programs import IDLE_FILES, PROVIDERS, program
from tools.bench_weld import API_KEY, Asked, Weld

OPERATIONS = ("preview", "up", "second up", "refresh", "destroy")
#: Those that can be run only once in a turn; the others leave everything as it is.
_CHANGING = ("up", "destroy")
# A thousand resources take the engine minutes on a busy machine.
engine.TIMEOUT_SECONDS = 3600.0


@dataclass(frozen=True)
class Case:
    """What is measured: how the streams are written, how many there are, and how slow Weld is."""

    mode: str
    streams: int
    latency: float  # milliseconds

    def __str__(self) -> str:
        return f"{self.mode} {self.streams:,}, {self.latency:g} ms"


@dataclass(frozen=True)
class Measurement:
    """One operation of one provider."""

    case: Case
    run: int
    provider: str
    operation: str
    seconds: float
    cpu_seconds: float  # of Pulumi, the program and the plugin; less disturbed by what else the machine does
    memory: int | None  # bytes, of the plugin
    asked: Asked

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def measure(
    case: Case, run: int, weld: Weld, tell: Callable[[str], None], *, again: int = 1, same_state: bool = False
) -> Iterator[Measurement]:
    """Measures both providers side by side, so that what else the machine does meets both.

    What changes nothing is run `again` times, each time by both: its ratio is the more certain for it.
    """
    connection_id = weld.start_afresh(case.latency)
    with tempfile.TemporaryDirectory(prefix="weld-bench-") as folder:
        projects = {}
        for provider in PROVIDERS:
            text = program(provider, case.mode, case.streams, connection_id, same_state=same_state)
            projects[provider] = _project(Path(folder) / provider, provider, text, weld.url)
        for number, (operation, turn) in enumerate(turn_of(run, again)):
            # Neither always has the machine that the other has just warmed up.
            order = PROVIDERS if (number + run) % 2 else PROVIDERS[::-1]
            for provider in order:
                tell(f"{case}: {operation} ({provider})")
                yield _operate(case, turn, provider, operation, projects[provider], weld)


def steps_of_a_turn(again: int) -> int:
    """How many measurements `measure` makes."""
    return len(PROVIDERS) * sum(1 for _ in turn_of(0, again))


def turn_of(run: int, again: int) -> Iterator[tuple[str, int]]:
    """Operations of a turn, each with a number of its own among those of all turns."""
    for operation in OPERATIONS:
        times = 1 if operation in _CHANGING else again
        for time in range(times):
            yield operation, run * times + time


def _project(folder: Path, provider: str, text: str, url: str) -> engine.Project:
    # The same configuration for both: that the engine decrypts a secret is not what the provider costs.
    config, secrets = {"weld:apiUrl": url}, {"weld:apiKey": API_KEY}
    files = IDLE_FILES if provider == "idle" else None
    return engine.Project(folder, text, config=config, secrets=secrets, name="bench", files=files)


def _operate(case: Case, run: int, provider: str, operation: str, project: engine.Project, weld: Weld) -> Measurement:
    weld.take_requests()
    used = _cpu_seconds()
    with PluginMemory(project.folder) as memory:
        seconds = _run(project, operation).seconds
    used = _cpu_seconds() - used
    return Measurement(
        case, run, provider, operation, round(seconds, 3), round(used, 3), memory.peak, weld.take_requests()
    )


def _cpu_seconds() -> float:
    """What all commands until now have used, with the processes that they started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(project: engine.Project, operation: str) -> engine.Result:
    """As a user runs it, without the event log of the tests: writing that takes the engine time too."""
    if operation == "preview":
        return project.cli("preview", "--suppress-progress", "--stack", cli.STACK)
    # What was just made, or just read, must show no change.
    quiet = [] if operation in ("up", "destroy") else ["--expect-no-changes"]
    command = operation.rpartition(" ")[2]
    return project.cli(command, "--yes", "--skip-preview", "--suppress-progress", *quiet, "--stack", cli.STACK)
