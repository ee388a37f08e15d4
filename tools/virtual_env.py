"""The virtual environment of the checkout, updated only when its dependencies have changed."""

from __future__ import annotations

import compileall
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.console import SetupError, last_line, run_long, step
from tools.local_env import LOCAL, LOGS, ROOT, VENV, without_user_settings
from tools.locking import exclusive

OLDEST_PYTHON = (3, 10)
EXTRAS = "test,lint,docs,release"
_TITLE = "Virtual environment"


def fingerprint(pyproject: Path, python: tuple[int, int], venv: Path) -> str:
    """Return a hash of what the environment depends on: dependencies, Python, and its path, which its scripts hold."""
    text = f"{EXTRAS}\n{python[0]}.{python[1]}\n{venv}\n".encode()
    return hashlib.sha256(text + pyproject.read_bytes()).hexdigest()


def python_of(venv: Path) -> tuple[int, int] | None:
    """Return the version of Python in an environment, or None if the environment is incomplete."""
    config = venv / "pyvenv.cfg"
    if not config.is_file() or not (venv / "bin" / "python").exists():
        return None
    for line in config.read_text().splitlines():
        key, _, value = line.partition("=")
        if key.strip() in ("version", "version_info"):
            major, minor, *_ = value.strip().split(".")
            return int(major), int(minor)
    return None


def ensure_venv(*, quiet: bool = False, root: Path = ROOT, venv: Path = VENV) -> Path:
    """Make or update the environment if necessary, and return its Python."""
    check_python(sys.version_info[:2])
    wanted = fingerprint(root / "pyproject.toml", sys.version_info[:2], venv)
    stamp = venv / ".stamp"
    if not is_current(venv, stamp, wanted):
        with exclusive(LOCAL / "venv.lock", _TITLE):
            if not is_current(venv, stamp, wanted):
                stamp.unlink(missing_ok=True)
                create(venv)
                _install(venv, root)
                stamp.write_text(wanted)
    elif not quiet:
        step(_TITLE, f"ready ({venv.name})")
    return venv / "bin" / "python"


def compile_package(root: Path = ROOT) -> None:
    """Write the bytecode of the package, which pip does not do for an editable install.

    Otherwise each program and each plugin compiles the package again where PYTHONDONTWRITEBYTECODE is set.
    """
    compileall.compile_dir(root / "weld_pulumi", quiet=2)


def is_current(venv: Path, stamp: Path, wanted: str) -> bool:
    """Return whether an environment is complete and has this fingerprint."""
    return python_of(venv) is not None and stamp.is_file() and stamp.read_text() == wanted


def is_at_home(venv: Path) -> bool:
    """Return whether an environment is where it was made; the programs of one that was moved hold the old path."""
    activate = venv / "bin" / "activate"
    return activate.is_file() and str(venv) in activate.read_text()


def check_python(version: tuple[int, int]) -> None:
    """Raise SetupError if a version of Python is too old."""
    if version < OLDEST_PYTHON:
        raise SetupError(
            f"Python {version[0]}.{version[1]} is too old; install Python 3.10 or newer and name it (make PYTHON=…)."
        )


def create(venv: Path) -> None:
    """Create the environment unless it has the right Python, path and pip."""
    version = sys.version_info[:2]
    if python_of(venv) == version and is_at_home(venv) and _has_pip(venv):
        return
    if venv.is_symlink():
        # Creating it would empty the target of the link.
        raise SetupError(
            f"{venv} is a symbolic link to an environment that does not fit; remove the link and run this again."
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            f"Python {version[0]}.{version[1]} ({sys.executable}) lacks the modules venv and ensurepip; "
            f"install them (on Debian and Ubuntu the package python{version[0]}.{version[1]}-venv) and run this again."
        )
    step(_TITLE, f"creating {venv.name} with Python {version[0]}.{version[1]} (a few seconds)")
    log = LOGS / "venv.log"
    if not run_long([sys.executable, "-m", "venv", "--clear", venv], log, env=_clean_env()):
        raise SetupError(f"The virtual environment could not be created: {last_line(log)}. Full log: {log}")


def _has_pip(venv: Path) -> bool:
    check = [str(venv / "bin" / "python"), "-c", "import pip"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def _install(venv: Path, root: Path) -> None:
    step(_TITLE, "installing dependencies with pip (the first time one to three minutes)")
    log = LOGS / "pip.log"
    log.unlink(missing_ok=True)
    command = [str(venv / "bin" / "python"), "-m", "pip", "install", "--no-input", "--editable", f".[{EXTRAS}]"]
    if run_long(command, log, env=_clean_env(), cwd=root):
        return
    reason = last_line(log, "ERROR:") or last_line(log) or "no reason given"
    raise SetupError(
        f"pip could not install the dependencies ({reason}). Check that this machine reaches a Python package index "
        f"(pip's own settings apply), then run this again. Full log: {log}"
    )


def _clean_env() -> Mapping[str, str]:
    env = without_user_settings(os.environ)
    env.pop("PYTHONPATH", None)  # packages of another environment would count as installed
    return env
