"""Finds the Pythons of this machine: on PATH, of pyenv, and of uv."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from pathlib import Path

__all__ = ["find_pythons", "supported", "version_of"]

_ASK = "import sys; print('.'.join(map(str, sys.version_info[:3])), sys.implementation.name)"


def supported(metadata: Message) -> list[str]:
    """Return the Pythons that the metadata promise, oldest first: 3.10, 3.11, …"""
    classifiers = metadata.get_all("Classifier") or []
    minors = [found[1] for line in classifiers if (found := re.fullmatch(r".* :: Python :: 3\.(\d+)", line))]
    return [f"3.{minor}" for minor in sorted(map(int, minors))]


def find_pythons(minors: Iterable[str], env: Mapping[str, str] = os.environ) -> dict[str, Path | None]:
    """Return a Python for each minor version, or None where this machine has none."""
    return {minor: next(_of(minor, env), None) for minor in minors}


def version_of(python: Path) -> str | None:
    """Return the version of a CPython, or None if it does not start (as a shim of pyenv may not) or is another one."""
    try:
        ran = subprocess.run([python, "-Ic", _ASK], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version, _, name = ran.stdout.strip().partition(" ")
    return version if ran.returncode == 0 and name == "cpython" else None


def _of(minor: str, env: Mapping[str, str]) -> Iterator[Path]:
    for candidate in (*_on_path(minor, env), *_of_pyenv(minor, env), *_of_uv(minor, env)):
        if (version_of(candidate) or "").startswith(f"{minor}."):
            yield candidate


def _on_path(minor: str, env: Mapping[str, str]) -> Iterator[Path]:
    for folder in env.get("PATH", os.defpath).split(os.pathsep):
        candidate = Path(folder) / f"python{minor}"
        if os.access(candidate, os.X_OK):
            yield candidate


def _of_pyenv(minor: str, env: Mapping[str, str]) -> list[Path]:
    root = Path(env.get("PYENV_ROOT") or Path(env.get("HOME", "/")) / ".pyenv")
    found = (root / "versions").glob(f"{minor}.*/bin/python{minor}")
    return sorted(found, key=lambda path: [int(part) for part in re.findall(r"\d+", path.parts[-3])], reverse=True)


def _of_uv(minor: str, env: Mapping[str, str]) -> Iterator[Path]:
    """Ask uv, which also knows the Pythons that it installed itself; it downloads nothing here."""
    command = ["uv", "python", "find", "--no-python-downloads", "--no-project", minor]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, env=dict(env), timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return
    if ran.returncode == 0:
        yield Path(ran.stdout.strip())
