"""Runs a case: every provider through the same operations, in turns, on the real engine."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support import cli, engine
from tools.bench.memory import PluginMemory
from tools.bench.programs import IDLE_FILES, PROVIDERS, program
from tools.bench.weld import Requests, Weld
from tools.simulator_process import API_KEY

__all__ = ["OPERATIONS", "Case", "Measurement", "count_of_turn", "measure", "operations_of_turn"]

OPERATIONS = ("preview", "up", "second up", "refresh", "destroy")
#: Those that run once in a turn; the others change nothing, and can be repeated.
_CHANGING = ("up", "destroy")
# With a thousand resources the engine takes minutes on a busy machine.
engine.TIMEOUT_SECONDS = 3600.0


@dataclass(frozen=True)
class Case:
    """What is measured: how streams are declared, their number, and the latency of Weld in milliseconds."""

    mode: str
    streams: int
    latency: float

    def __str__(self) -> str:
        return f"{self.mode} {self.streams:,}, {self.latency:g} ms"


@dataclass(frozen=True)
class Measurement:
    """One operation of one provider.

    Attributes:
        run: the number of the operation among those of its kind; the providers are compared run by run.
        seconds: wall time.
        cpu_seconds: processor time of Pulumi, the program and the plugin; other work on the machine affects it less.
        memory: peak of the plugin in bytes, None where it is unknown.
        requests: what Weld was asked.
    """

    case: Case
    run: int
    provider: str
    operation: str
    seconds: float
    cpu_seconds: float
    memory: int | None
    requests: Requests


def measure(
    case: Case, turn: int, weld: Weld, report: Callable[[str], None], *, repeats: int = 1, same_state: bool = False
) -> Iterator[Measurement]:
    """Measure one turn: each operation by all providers, one right after the other.

    An operation that changes nothing runs `repeats` times, which makes its ratio more certain.
    """
    connection_id = weld.reset(case.latency)
    with tempfile.TemporaryDirectory(prefix="weld-bench-") as folder:
        projects = {}
        for provider in PROVIDERS:
            text = program(provider, case.mode, case.streams, connection_id, same_state=same_state)
            projects[provider] = _project(Path(folder) / provider, provider, text, weld.url)
        for number, (operation, run) in enumerate(operations_of_turn(turn, repeats)):
            # Rotated, so that no provider always has the machine that another one has just warmed up.
            first = (number + turn) % len(PROVIDERS)
            for provider in PROVIDERS[first:] + PROVIDERS[:first]:
                report(f"{case}: {operation} ({provider})")
                yield _operate(case, run, provider, operation, projects[provider], weld)


def operations_of_turn(turn: int, repeats: int) -> Iterator[tuple[str, int]]:
    """Return the operations of a turn, each with its number among those of its kind in all turns."""
    for operation in OPERATIONS:
        times = 1 if operation in _CHANGING else repeats
        for time in range(times):
            yield operation, turn * times + time


def count_of_turn(repeats: int) -> int:
    """Return how many measurements `measure` makes."""
    return len(PROVIDERS) * sum(1 for _ in operations_of_turn(0, repeats))


def _project(folder: Path, provider: str, text: str, url: str) -> engine.Project:
    # Decrypting the key is a cost of the engine, which idle shares with Weld and noop leaves out.
    configured = provider != "noop"
    return engine.Project(
        folder,
        text,
        config={"weld:apiUrl": url} if configured else None,
        secrets={"weld:apiKey": API_KEY} if configured else None,
        name="bench",
        files=None if provider == "weld" else IDLE_FILES,
    )


def _operate(case: Case, run: int, provider: str, operation: str, project: engine.Project, weld: Weld) -> Measurement:
    weld.take_requests()
    used = _cpu_seconds()
    with PluginMemory(project.folder) as memory:
        seconds = _run(project, operation).seconds
    used = _cpu_seconds() - used
    requests = weld.take_requests()
    return Measurement(case, run, provider, operation, round(seconds, 3), round(used, 3), memory.peak, requests)


def _cpu_seconds() -> float:
    """Return the processor time of all commands so far, with the processes that they started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _run(project: engine.Project, operation: str) -> engine.Result:
    """Run a command as a user does, without the event log of the tests, which costs the engine time."""
    if operation == "preview":
        return project.cli("preview", "--suppress-progress", "--stack", cli.STACK)
    # What was just created, or just read, must show no change.
    quiet = [] if operation in _CHANGING else ["--expect-no-changes"]
    command = operation.rpartition(" ")[2]
    return project.cli(command, "--yes", "--skip-preview", "--suppress-progress", *quiet, "--stack", cli.STACK)
