"""Find the Python that Pulumi uses for a project: for the program, and for the plugin process of the resources.

Both follow ``runtime.options`` of Pulumi.yaml, but look for ``virtualenv`` in different folders if ``main`` names one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .._text import one_line

__all__ = ["Interpreter", "Runtime", "belongs_to_another_user", "read_runtime", "weld_pulumi_version"]

_SECONDS = 60


@dataclass(frozen=True)
class Interpreter:
    """A Python that Pulumi uses; ``path`` is None if what the project names (``named``) does not exist."""

    path: str | None
    named: str


@dataclass(frozen=True)
class Runtime:
    """The language settings in Pulumi.yaml.

    Attributes:
        language: such as ``python``.
        options: ``runtime.options``.
        root: the folder of Pulumi.yaml.
        folder: the folder of the program.
    """

    language: str
    options: Mapping[str, Any]
    root: Path
    folder: Path

    @property
    def ambiguous_lock_file(self) -> str | None:
        """The lock file that makes Pulumi choose a toolchain for the program, but not for the resources."""
        if self.options.get("toolchain"):
            return None
        return next((name for name in ("uv.lock", "poetry.lock") if (self.root / name).is_file()), None)

    def of_program(self) -> Interpreter:
        """Return the Python that runs the program."""
        return self._in(self.root)

    def of_resources(self) -> Interpreter:
        """Return the Python that runs the resources."""
        return self._in(self.folder)

    def _in(self, folder: Path) -> Interpreter:
        toolchain = self.options.get("toolchain")
        virtualenv = self.options.get("virtualenv") or (".venv" if toolchain == "uv" else None)
        if virtualenv is None and toolchain == "poetry":
            virtualenv = _output(["poetry", "env", "info", "--path"], folder) or ".venv"
        if virtualenv:
            environment = folder / str(virtualenv)
            inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
            python = environment.joinpath(*inside)
            return Interpreter(str(python) if python.is_file() else None, str(environment))
        name = os.environ.get("PULUMI_PYTHON_CMD") or "python3"
        return Interpreter(shutil.which(name), f"{name} on PATH")


def read_runtime(project: Path) -> Runtime:
    """Read Pulumi.yaml.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        described = yaml.safe_load(project.read_text("utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ValueError(one_line(str(error))) from None
    described = described if isinstance(described, dict) else {}
    runtime = described.get("runtime")
    runtime = runtime if isinstance(runtime, dict) else {"name": runtime}
    options = runtime.get("options")
    main = project.parent / str(described.get("main") or ".")
    return Runtime(
        str(runtime.get("name")),
        options if isinstance(options, dict) else {},
        project.parent,
        main.parent if main.is_file() else main,
    )


def belongs_to_another_user(project: Path) -> bool:
    """Return whether another user owns Pulumi.yaml or its folder, so that what it names must not be run."""
    if not hasattr(os, "geteuid"):
        return False
    return any(path.stat().st_uid != os.geteuid() for path in (project, project.parent))


def weld_pulumi_version(python: str) -> tuple[str | None, str]:
    """Return the version of weld_pulumi that a Python imports, or None and the reason why it cannot.

    It runs in an empty folder that is removed from ``sys.path``, so that no ``pulumi.py`` in a folder is imported.
    """
    without_folder = "import sys; sys.path[:] = filter(None, sys.path)"
    code = f"{without_folder}; import pulumi, weld_pulumi; print(weld_pulumi.__version__)"
    try:
        with tempfile.TemporaryDirectory() as empty:
            ran = subprocess.run(
                [python, "-c", code],
                cwd=empty,
                env=_without_secrets(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    if ran.returncode == 0:
        return ran.stdout.strip(), ""
    lines = ran.stderr.strip().splitlines()
    return None, lines[-1].strip() if lines else f"it ended with {ran.returncode}"


def _without_secrets() -> dict[str, str]:
    """Return the environment without Weld's key and without Pulumi's token and passphrase."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("WELD_", "PULUMI_"))}


def _output(command: list[str], folder: Path) -> str:
    try:
        ran = subprocess.run(
            command,
            cwd=folder,
            env=_without_secrets(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
