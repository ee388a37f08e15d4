"""The table at the end of the release check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

__all__ = ["NOT_TRIED", "OK", "STEPS", "Check", "Trial", "show"]

OK, NOT_TRIED = "ok", "-"
#: What is tried in an environment, in this order.
STEPS = ("install", "imports", "commands", "mocks", "fixture", "quickstart")


@dataclass(frozen=True)
class Check:
    """A check of the files themselves."""

    name: str
    problems: Sequence[str] = ()
    note: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.problems)


@dataclass
class Trial:
    """What happened in one environment: a result for each step."""

    python: str
    dependencies: str
    versions: str = ""
    results: dict[str, str] = field(default_factory=dict)
    error: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return bool(self.error)


def show(checks: Sequence[Check], trials: Sequence[Trial], missing: Sequence[str], console: Console) -> bool:
    """Print everything, the failures first, and return whether all passed."""
    for check in checks:
        for problem in check.problems:
            console.print(f"{check.name}: {problem}", style="red", markup=False, highlight=False)
    for trial in trials:
        if trial.failed:
            console.print(f"Python {trial.python}, {trial.dependencies}: {trial.error}", markup=False, highlight=False)
    console.print(_of_checks(checks))
    if trials:
        console.print(_of_trials(trials))
    if trials and missing:
        console.print(f"Not tried, since this machine has no Python {', '.join(missing)}.", highlight=False)
    passed = not any(check.failed for check in checks) and not any(trial.failed for trial in trials)
    console.print("All passed." if passed else "Failed; see above.")
    return passed


def _of_checks(checks: Sequence[Check]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for heading in ("check", "result", ""):
        table.add_column(heading, overflow="fold")
    for check in checks:
        table.add_row(check.name, "failed" if check.failed else OK, check.note)
    return table


def _of_trials(trials: Sequence[Trial]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False)
    for heading in ("Python", "dependencies", "versions", *STEPS, "s"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "s" else "left")
    for trial in trials:
        results = (trial.results.get(step, NOT_TRIED) for step in STEPS)
        table.add_row(trial.python, trial.dependencies, trial.versions, *results, f"{trial.seconds:.0f}")
    return table
