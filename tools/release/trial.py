"""What is tried in one clean environment."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.message import Message
from pathlib import Path

from tools.console import SetupError, say
from tools.pulumi_cli.find import Cli
from tools.release.environments import direct_requirements, install, run
from tools.release.pythons import version_of
from tools.release.quickstart import QUICKSTART, run_quickstart
from tools.release.report import OK, STEPS, Trial

__all__ = ["try_wheel"]

_INSIDE = Path(__file__).with_name("inside.py")
_TEST_OF_A_USER = """
from urllib.request import urlopen


def test_weld_responds(weld_simulator):
    assert urlopen(weld_simulator.url).status == 200
"""


def try_wheel(
    wheel: Path, metadata: Message, minor: str, python: Path, dependencies: str, folder: Path, cli: Cli | None
) -> Trial:
    """Install the wheel with one set of dependencies on one Python, and use it; the quickstart only with a CLI."""
    trial = Trial(version_of(python) or minor, dependencies)
    say(f"==> Python {trial.python}, {dependencies} dependencies")
    venv = folder / "venv"
    program, command = venv / "bin" / "python", venv / "bin" / "weld-pulumi"

    def installs() -> None:
        trial.versions = install(venv, python, wheel, direct_requirements(metadata, minor), dependencies)

    def answers() -> None:
        version = run(command, "--version", cwd=folder)
        if version != f"weld-pulumi, version {metadata['Version']}\n":
            raise SetupError(f"`weld-pulumi --version` printed {version!r}")
        run(command, "--help", cwd=folder)
        run(program, "-Im", "weld_pulumi", "--help", cwd=folder)

    def finds_the_fixture() -> None:
        (folder / "test_weld.py").write_text(_TEST_OF_A_USER)
        run(program, "-Im", "pytest", "-q", "-p", "no:cacheprovider", "test_weld.py", cwd=folder)

    steps: dict[str, Callable[[], object]] = {
        "install": installs,
        "imports": lambda: run(program, "-I", _INSIDE, "imports", cwd=folder),
        "commands": answers,
        "mocks": lambda: run(program, "-I", _INSIDE, "mocks", QUICKSTART, cwd=folder),
        "fixture": finds_the_fixture,
    }
    if cli is not None:
        steps["quickstart"] = lambda: run_quickstart(venv, folder, cli)
    _take(trial, steps)
    return trial


def _take(trial: Trial, steps: dict[str, Callable[[], object]]) -> None:
    started = time.monotonic()
    for name in filter(steps.__contains__, STEPS):
        try:
            steps[name]()
        except SetupError as error:
            trial.results[name], trial.error = "failed", f"{name}: {error}"
            break
        trial.results[name] = OK
    trial.seconds = time.monotonic() - started
