"""Clean environments with the lowest and with the newest dependencies that the package allows."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement

from tools.console import SetupError
from tools.local_env import without_user_settings

__all__ = ["EXTRA", "RESOLUTIONS", "direct_requirements", "extras_problems", "install", "run"]

#: Of the extras, the one that users install: the quickstart needs a Weld.
EXTRA = "simulator"
#: By the name in the table, what uv calls it. Of what the dependencies need themselves, always the newest.
RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}
#: Not a dependency, since only users who test their programs have it; for the fixture.
_PYTEST = "pytest>=8.2"
_SHOWN = ("pulumi", "pydantic", "requests")


def direct_requirements(metadata: Message, python: str) -> list[str]:
    """Return what the package needs on a version of Python.

    uv takes the lowest versions of what it is asked for itself, not of what a wheel asks for.
    """
    environment = {"python_version": python, "python_full_version": f"{python}.0", "extra": EXTRA}
    needed = map(Requirement, metadata.get_all("Requires-Dist") or [])
    wanted = [each for each in needed if each.marker is None or each.marker.evaluate(environment)]
    return [f"{each.name}{_extras(each.extras)}{each.specifier}" for each in wanted]


def extras_problems(project: Path, pythons: Iterable[str]) -> list[str]:
    """Return on which Pythons, which need not be here, a checkout with all its extras cannot be set up, and why."""
    resolve, problems = ("--all-extras", "--python", sys.executable), []
    for python in pythons:
        try:
            _uv("pip", "compile", "--quiet", *resolve, "--python-version", python, str(project))
        except SetupError as error:
            problems.append(f"Python {python}: {error}")
    return problems


def install(folder: Path, python: Path, wheel: Path, requirements: Iterable[str], resolution: str) -> str:
    """Make an environment with the wheel, and return the versions of the main dependencies."""
    # pip too, since Pulumi's language host lists the packages with it.
    _uv("venv", "--quiet", "--clear", "--no-project", "--seed", "--python", str(python), str(folder))
    listed = folder / "requirements.txt"
    listed.write_text("\n".join([f"weld-pulumi[{EXTRA}] @ {wheel.as_uri()}", _PYTEST, *requirements]) + "\n")
    where = ("--python", str(folder / "bin" / "python"))
    _uv("pip", "install", "--quiet", *where, "--resolution", RESOLUTIONS[resolution], "--requirements", str(listed))
    _uv("pip", "check", "--quiet", *where)
    versions = {row["name"]: row["version"] for row in json.loads(_uv("pip", "list", *where, "--format", "json"))}
    return ", ".join(f"{name} {versions[name]}" for name in _SHOWN)


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None, timeout: float = 300.0) -> str:
    """Run a command outside of the checkout; return its output, or raise SetupError with the end of it."""
    used = {key: value for key, value in (env or without_user_settings(os.environ)).items() if key != "PYTHONPATH"}
    try:
        ran = subprocess.run(
            list(command), cwd=cwd, env=used, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SetupError(f"`{' '.join(map(str, command))}`: {error}") from None
    if ran.returncode != 0:
        end = "\n".join((ran.stdout + ran.stderr).strip().splitlines()[-25:])
        raise SetupError(f"`{' '.join(map(str, command))}` failed:\n{end}")
    return ran.stdout


def _extras(extras: set[str]) -> str:
    return f"[{','.join(sorted(extras))}]" if extras else ""


def _uv(*arguments: str) -> str:
    """Run uv; where it reaches no package index, with what is in its cache."""
    # The settings of this checkout's own environment are not for another one.
    env = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    env["UV_PYTHON_DOWNLOADS"] = "never"
    command: list[str | Path] = [Path(sys.executable).with_name("uv"), *arguments]
    try:
        return run(*command, cwd=Path(sys.prefix), env=env, timeout=900)
    except SetupError:
        with contextlib.suppress(SetupError):
            return run(*command, cwd=Path(sys.prefix), env={**env, "UV_OFFLINE": "1"}, timeout=900)
        raise
