"""Run Pulumi programs on the real engine, each with a project folder, a Pulumi home and a backend of its own.

    project = Project(tmp_path, program, config={"weld:apiUrl": url}, secrets={"weld:apiKey": key})
    project.up()
    assert project.up().changed == {}

A failed operation raises `EngineError` with everything that the engine printed; with `check=False` it returns a result
whose `ok` is False. The developer's own Pulumi and Weld settings never reach a program under test.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

from tests.support.cli import STACK, blank_stack, checkpoint, require_cli, settings, surroundings
from tests.support.warm_python import warm_python

# No test may hang; the slowest operations of the suite take a fraction of this.
TIMEOUT_SECONDS = 300.0


class EngineError(AssertionError):
    """An operation failed; the text is everything that the engine printed."""

    def __init__(self, command: str, result: Result) -> None:
        super().__init__(f"`pulumi {command}` ended with {result.exit_code}\n{result.text}")
        self.result = result


@dataclass(frozen=True)
class Step:
    """What the engine did, or in a preview would do, with one resource."""

    op: str
    urn: str
    type: str
    diffs: list[str]
    detailed_diff: dict[str, str]  # property path to kind, such as "update" or "add-replace"
    old: dict[str, Any] | None  # id, inputs, outputs, …; secrets as "[secret]"
    new: dict[str, Any] | None

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @property
    def is_bookkeeping(self) -> bool:
        """Whether this is the stack itself, or a default provider."""
        return self.type == "pulumi:pulumi:Stack" or ("::pulumi:providers:" in self.urn and self.name == "default")


@dataclass(frozen=True)
class Diagnostic:
    """One message of the engine, a provider or the program."""

    severity: str  # "info", "info#err", "warning", "error"
    message: str
    urn: str

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Result:
    """The result of one run of the CLI."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    events: list[dict[str, Any]] = field(default_factory=list, repr=False)

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    @property
    def text(self) -> str:
        return f"{self.stdout}\n{self.stderr}".strip()

    @property
    def changes(self) -> dict[str, int]:
        """Return the number of resources for each operation, by the engine's own summary: {"create": 2, "same": 1}."""
        for event in reversed(self.events):
            if "summaryEvent" in event:
                return dict(event["summaryEvent"].get("resourceChanges") or {})
        return {}

    @property
    def steps(self) -> list[Step]:
        """Return every step, in order, including reads and the stack itself."""
        return [_step(event["resourcePreEvent"]["metadata"]) for event in self.events if "resourcePreEvent" in event]

    @property
    def changed(self) -> dict[str, str]:
        """Return the operation by resource name for each write (or planned write); a replacement is "replace".

        Omitted: the stack itself, default providers, and what `refreshed` returns.
        """
        found: dict[str, str] = {}
        for step in self.steps:
            if step.op not in ("same", "read", "refresh") and not step.is_bookkeeping:
                found[step.name] = "replace" if "replace" in step.op or found.get(step.name) == "replace" else step.op
        return found

    @property
    def refreshed(self) -> dict[str, Step]:
        """Return what a refresh found to differ, by resource name ("update" or "delete" is its `op`)."""
        announced: set[str] = set()
        found: dict[str, Step] = {}
        for event in self.events:
            before, after = event.get("resourcePreEvent"), event.get("resOutputsEvent")
            if before and before["metadata"]["op"] == "refresh":
                announced.add(before["metadata"]["urn"])
            elif after and after["metadata"]["urn"] in announced:
                step = _outcome_of_refresh(_step(after["metadata"]))
                announced.discard(step.urn)
                if step.op != "same" and not step.is_bookkeeping:
                    found[step.name] = step
        return found

    def step(self, name: str, op: str | None = None) -> Step:
        """Return the last step of a resource (or the last one with a given operation)."""
        found = [step for step in self.steps if step.name == name and op in (None, step.op)]
        if not found:
            raise LookupError(f"no step {op or ''} of {name!r} among {[(step.name, step.op) for step in self.steps]}")
        return found[-1]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Return the reported messages, without colors and the engine's debug output."""
        messages = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [
            Diagnostic(each["severity"], _plain(each.get("message", "")), each.get("urn", ""))
            for each in messages
            if each["severity"] != "debug" and not each.get("ephemeral")
        ]

    @property
    def errors(self) -> list[str]:
        """Return the errors, without the one that the SDK adds where the engine ends while the program still runs."""
        errors = [each.message for each in self.diagnostics if each.severity == "error"]
        return [each for each in errors if not each.startswith("Resource monitor has terminated")]

    @property
    def warnings(self) -> list[str]:
        return [each.message for each in self.diagnostics if each.severity == "warning"]


class Project:
    """One Pulumi project with one stack, in a temporary folder."""

    def __init__(
        self,
        folder: Path,
        program: str,
        config: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        *,
        name: str = "testing",
        files: Mapping[str, str] | None = None,
        local: Path | None = None,
    ) -> None:
        """Create the project; `local` is the home and the backend of another one whose stack it refers to."""
        self.folder = folder / "program"
        self.folder.mkdir(parents=True)
        self.name = name
        self.local = local or folder / "pulumi"  # Pulumi's home with its logs, and the backend with the state
        self.env = {**surroundings(self.local), **(env or {})}
        self._events = folder / "events.json"
        self.write(program, files)
        (self.folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
        blank_stack().copy(self.local, self.folder, name)
        self.configure(config, secrets)

    def write(self, program: str, files: Mapping[str, str] | None = None) -> None:
        """Replace the program, and write further files beside it, where it can import them."""
        for path, text in {"__main__.py": program, **(files or {})}.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dedent(text))

    def configure(self, config: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None) -> None:
        """Set values of the stack's configuration; all others stay."""
        file = settings(self.folder)
        content = yaml.safe_load(file.read_text())
        content["config"] |= dict(config or {})
        content["config"] |= {key: {"secure": blank_stack().encrypt(value)} for key, value in (secrets or {}).items()}
        file.write_text(yaml.safe_dump(content))

    def preview(self, *args: str, diff: bool = False, refresh: bool = False, check: bool = True) -> Result:
        return self._operate("preview", _flags(diff=diff, refresh=refresh), args, check)

    def up(
        self,
        *args: str,
        expect_no_changes: bool = False,
        refresh: bool = False,
        diff: bool = False,
        check: bool = True,
    ) -> Result:
        """Run `pulumi up` without its preview; use `preview` for that."""
        flags = _flags(diff=diff, refresh=refresh, expect_no_changes=expect_no_changes)
        return self._operate("up", ["--yes", "--skip-preview", *flags], args, check)

    def refresh(self, *args: str, expect_no_changes: bool = False, diff: bool = False, check: bool = True) -> Result:
        flags = _flags(diff=diff, expect_no_changes=expect_no_changes)
        return self._operate("refresh", ["--yes", "--skip-preview", *flags], args, check)

    def destroy(self, *args: str, check: bool = True) -> Result:
        return self._operate("destroy", ["--yes", "--skip-preview"], args, check)

    def cli(self, *args: str, check: bool = True, input: str | None = None) -> Result:
        """Run a command of the CLI as given; the caller passes `--stack`."""
        result = _run([self._executable, "--non-interactive", *args], self.folder, self.env, input)
        return _checked(" ".join(args), result, check)

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own and leave it running, for tests that interrupt it."""
        return subprocess.Popen(
            [self._executable, "--non-interactive", *args],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def command(self, *args: str) -> list[str]:
        """Return a command of the CLI, for a test that runs it in a terminal."""
        return [self._executable, *args, "--stack", STACK]

    def state(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Return the stack's state from `pulumi stack export`; secrets stay encrypted unless requested."""
        if show_secrets:
            exported: dict[str, Any] = json.loads(
                self.cli("stack", "export", "--stack", STACK, "--show-secrets").stdout
            )
            return exported
        stored = json.loads(checkpoint(self.local, self.name).read_text())
        return {"version": stored["version"], "deployment": stored["checkpoint"].get("latest") or {}}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.cli("stack", "import", "--stack", STACK, input=json.dumps(state))

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, with secrets in plain text."""
        shown: dict[str, Any] = json.loads(
            self.cli("stack", "output", "--stack", STACK, "--json", "--show-secrets").stdout
        )
        return shown

    def resources(self, *, show_secrets: bool = False) -> list[dict[str, Any]]:
        """Return the resources in the state, without the stack itself and the providers."""
        found = self.state(show_secrets=show_secrets)["deployment"].get("resources") or []
        return [each for each in found if not each["type"].startswith("pulumi:")]

    def resource(self, name: str, *, show_secrets: bool = False) -> dict[str, Any]:
        """Return a resource in the state by its name or its complete URN."""
        resources = self.resources(show_secrets=show_secrets)
        for each in resources:
            if name in (each["urn"], each["urn"].rpartition("::")[2]):
                return each
        raise LookupError(f"no resource {name!r} among {[each['urn'] for each in resources]}")

    def raw_state(self) -> str:
        """Return everything on the backend's disk, with backups and history: it contains no secret in plain text."""
        files = (self.local / "state").rglob("*")
        return "\n".join(file.read_text(errors="replace") for file in sorted(files) if file.is_file())

    @property
    def _executable(self) -> str:
        return str(require_cli().executable)

    def _operate(self, command: str, flags: Sequence[str], args: Sequence[str], check: bool) -> Result:
        self._events.unlink(missing_ok=True)
        log = ["--color", "never", "--suppress-progress", "--event-log", str(self._events)]
        words = [command, *flags, *args]
        # The hidden flag --event-log, which the Automation API uses too, needs this.
        env = {"PULUMI_PYTHON_CMD": warm_python(self.env["PYTHONPATH"]), **self.env, "PULUMI_DEBUG_COMMANDS": "true"}
        command_line = [self._executable, "--non-interactive", *words, "--stack", STACK, *log]
        result = _run(command_line, self.folder, env, events=self._events)
        return _checked(" ".join(words), result, check)


def _run(
    command: Sequence[str], folder: Path, env: Mapping[str, str], input: str | None = None, events: Path | None = None
) -> Result:
    started = time.monotonic()
    with subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(env),
        stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(input, timeout=TIMEOUT_SECONDS)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # the engine's plugins too
            raise
    return Result(process.returncode, stdout, stderr, time.monotonic() - started, _read_events(events))


def _read_events(path: Path | None) -> list[dict[str, Any]]:
    if path is None or not path.exists():
        return []
    # Not splitlines(): a text of the program may contain characters that it treats as line breaks.
    return [json.loads(line) for line in path.read_text().split("\n") if line.strip()]


def _checked(command: str, result: Result, check: bool) -> Result:
    if check and not result.ok:
        raise EngineError(command, result)
    return result


def _flags(**flags: bool) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name, wanted in flags.items() if wanted]


def _step(metadata: Mapping[str, Any]) -> Step:
    detailed = metadata.get("detailedDiff") or {}
    return Step(
        op=metadata["op"],
        urn=metadata["urn"],
        type=metadata["type"],
        diffs=list(metadata.get("diffs") or []),
        detailed_diff={path: change.get("diffKind", "") for path, change in detailed.items()},
        old=metadata.get("old"),
        new=metadata.get("new"),
    )


def _outcome_of_refresh(step: Step) -> Step:
    """Return what a refresh found: `pulumi refresh` reports it, `--refresh` only shows the states before and after."""
    if step.op != "refresh":
        return step
    if step.new is None:
        return replace(step, op="delete")
    differs = any((step.old or {}).get(part) != step.new.get(part) for part in ("id", "inputs", "outputs"))
    return replace(step, op="update" if differs else "same")


def _plain(text: str) -> str:
    """Remove the engine's marks for colors, such as <{%fg 1%}>."""
    return re.sub(r"<\{%.*?%\}>", "", text).strip()
