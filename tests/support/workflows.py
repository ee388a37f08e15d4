"""Run the jobs of workflow files as GitHub Actions does: step by step, in a checkout, with its variables and shell.

Expressions get stated values, actions stated equivalents, and whatever has none fails the test.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Job", "Ran", "Runner", "commands", "jobs_of", "shell"]

#: What GitHub runs for `shell: bash`.
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Job:
    """A job of a workflow file, with the variables of the whole file."""

    name: str
    env: Mapping[str, str]
    condition: str
    steps: list[dict[str, Any]]


@dataclass
class Ran:
    """What a job has left: the outcome of each step, the log, and the summary that its page shows."""

    outcomes: dict[str, str] = field(default_factory=dict)
    exit_codes: list[int] = field(default_factory=list)
    log: str = ""
    summary: str = ""

    @property
    def ok(self) -> bool:
        return "failure" not in self.outcomes.values()


def jobs_of(file: Path) -> list[Job]:
    """Return the jobs of a workflow file."""
    read = yaml.safe_load(file.read_text())
    assert read["defaults"]["run"]["shell"] == "bash", f"{file.name}: without pipefail, `tee` hides a failure"
    return [
        Job(name, {**read.get("env", {}), **job.get("env", {})}, str(job.get("if", "")), job["steps"])
        for name, job in read["jobs"].items()
    ]


def commands(file: Path) -> list[str]:
    """Return every command of a workflow file."""
    return [step["run"] for job in jobs_of(file) for step in job.steps if "run" in step]


def shell(script: str, folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the commands of a step, with what they print in ``stdout``."""
    return subprocess.run(
        [*SHELL, script],
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )


class Runner:
    """A machine that runs jobs.

    Args:
        checkout: the folder of the repository.
        env: the variables of the machine.
        values: what stands for each expression, such as ``secrets.WELD_API_KEY``.
        actions: for each action, without its version, the variables that its equivalent sets for later steps.
        replaced: commands that need the internet, and the commands that are run instead.
    """

    def __init__(
        self,
        checkout: Path,
        env: Mapping[str, str],
        values: Mapping[str, str],
        actions: Mapping[str, Mapping[str, str]],
        replaced: Mapping[str, str],
    ) -> None:
        self.checkout = checkout
        self.env = env
        self.values = dict(values)
        self._actions = actions
        self._replaced = replaced

    def starts(self, file: Path) -> bool:
        """Return whether the condition of the only job of a workflow file holds."""
        (job,) = jobs_of(file)
        return not job.condition or self._holds(job.condition, Ran())

    def run(self, file: Path, temporary: Path) -> Ran:
        """Run the only job of a workflow file, in a temporary folder of its own."""
        assert self.starts(file)
        (job,) = jobs_of(file)
        ran = Ran()
        temporary.mkdir(parents=True)
        summary = temporary / "summary.md"
        summary.touch()
        of_job = {name: self._filled(value, ran) for name, value in job.env.items()}
        env = {**self.env, **of_job, "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(temporary)}
        for number, step in enumerate(job.steps):
            key = step.get("id", str(number))
            condition = str(step.get("if", ""))
            if not (self._holds(condition, ran) if condition else ran.ok):
                ran.outcomes[key] = "skipped"
            elif "uses" in step:
                env |= self._actions[step["uses"].partition("@")[0]]
                ran.outcomes[key] = "success"
            else:
                env_of_step = {name: self._filled(value, ran) for name, value in step.get("env", {}).items()}
                ran.outcomes[key] = self._shell(step["run"], {**env, **env_of_step}, ran)
        ran.summary = summary.read_text()
        return ran

    def _shell(self, script: str, env: Mapping[str, str], ran: Ran) -> str:
        assert "${{" not in script, f"an expression in a command can inject another one: {script}"
        script = self._replaced.get(script, script)
        done = shell(script, self.checkout, env)
        ran.log += f"$ {script}\n{done.stdout}"
        ran.exit_codes.append(done.returncode)
        return "failure" if done.returncode else "success"

    def _filled(self, text: str, ran: Ran) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1], ran), str(text))

    def _holds(self, condition: str, ran: Ran) -> bool:
        """Evaluate what our workflows use of GitHub's expressions: ``a == 'b' && c != 'd' || …``."""
        inner = _EXPRESSION.fullmatch(condition.strip())
        text = inner[1] if inner else condition
        return any(all(self._comparisons(each, ran)) for each in text.split("||"))

    def _comparisons(self, text: str, ran: Ran) -> Iterator[bool]:
        for each in text.split("&&"):
            left, operator, right = re.fullmatch(r"(\S+)(?: ([!=]=) (\S+))?", each.strip()).groups()  # type: ignore[union-attr]
            if operator is None:
                yield bool(self._value(left, ran))
            else:
                yield (self._value(left, ran) == self._value(right, ran)) is (operator == "==")

    def _value(self, operand: str, ran: Ran) -> str:
        if literal := re.fullmatch(r"'([^']*)'", operand):
            return literal[1]
        if step := re.fullmatch(r"steps\.(\w+)\.outcome", operand):
            return ran.outcomes[step[1]]
        if operand == "!cancelled()":
            return "true"
        assert operand in self.values, f"no value is stated for ${{{{ {operand} }}}}"
        return self.values[operand]
