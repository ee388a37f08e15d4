"""Finds the Pulumi CLI: on PATH if it is recent enough, else in a cache of the user."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.local_env import LOCAL, without_user_settings

Version = tuple[int, int, int]

# Older ones cannot import resources of dynamic providers.
OLDEST_VERSION: Version = (3, 254, 0)
# Installed where the official download can be reached.
OFFICIAL_VERSION = "3.272.0"
# Built from Go modules elsewhere: the newest versions published as modules. The language host for Python was part of
# the SDK's module up to 3.79.0, which still works with the newer CLI.
SOURCE_VERSION = "3.276.0"
SOURCE_HOST_VERSION = "3.79.0"

# What the CLI starts for a program in Python, and for its dynamic resources.
COMPANIONS = ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")


@dataclass(frozen=True)
class Cli:
    """A Pulumi CLI that can run programs in Python."""

    executable: Path
    version: Version
    origin: str

    @property
    def directory(self) -> Path:
        return self.executable.parent

    def __str__(self) -> str:
        return f"Pulumi {'.'.join(map(str, self.version))} ({self.origin})"


def find_cli(env: Mapping[str, str] = os.environ) -> Cli | None:
    """Return the CLI to use, or None; install nothing."""
    return _find_on_path(env) or find_in_cache(cache_folder(env))


def _find_on_path(env: Mapping[str, str]) -> Cli | None:
    path = env.get("PATH", os.defpath)
    found = shutil.which("pulumi", path=path)
    if found is None:
        return None
    executable = Path(found).absolute()
    folders = os.pathsep.join([str(executable.parent), str(executable.resolve().parent), path])
    if not all(shutil.which(name, path=folders) for name in COMPANIONS):
        return None
    version = _ask_version(executable)
    if version is None or version < OLDEST_VERSION:
        return None
    return Cli(executable, version, "on PATH")


def find_in_cache(cache: Path) -> Cli | None:
    """Return the official CLI in the cache, else the one built from source, else None."""
    choices = (
        (official_folder(cache), OFFICIAL_VERSION, "official, cached"),
        (source_folder(cache), SOURCE_VERSION, "built from source, cached"),
    )
    for folder, version, origin in choices:
        parsed = parse_version(version)
        if parsed and is_complete(folder / "bin"):
            return Cli(folder / "bin" / "pulumi", parsed, origin)
    return None


def cache_folder(env: Mapping[str, str] = os.environ) -> Path:
    """Return the cache, which all checkouts of a user share."""
    base = env.get("XDG_CACHE_HOME", "")
    # The XDG specification ignores a relative path.
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "weld-pulumi"


def official_folder(cache: Path) -> Path:
    """Return the folder of the official CLI in the cache."""
    return cache / f"pulumi-{OFFICIAL_VERSION}-{_machine()}"


def source_folder(cache: Path) -> Path:
    """Return the folder of the CLI built from source in the cache."""
    return cache / f"pulumi-{SOURCE_VERSION}-source-{_machine()}"


def _machine() -> str:
    # Machines of different kinds may share a home folder.
    return f"{platform.system()}-{platform.machine()}".lower()


def is_complete(folder: Path) -> bool:
    """Return whether a folder has the CLI and its companions."""
    return all(os.access(folder / name, os.X_OK) for name in ("pulumi", *COMPANIONS))


def parse_version(text: str) -> Version | None:
    """Parse what `pulumi version` or `go version` print: v3.254.0, 3.272.0-alpha.1, go1.26.8, go1.26."""
    found = re.search(r"(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        return None
    return int(found[1]), int(found[2]), int(found[3] or 0)


def _ask_version(executable: Path) -> Version | None:
    """Run `pulumi version` outside of the user's own Pulumi home."""
    env = without_user_settings(os.environ)
    env.update(PULUMI_HOME=str(LOCAL / "home"), PULUMI_SKIP_UPDATE_CHECK="true")
    try:
        ran = subprocess.run([executable, "version"], capture_output=True, text=True, env=env, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(ran.stdout) if ran.returncode == 0 else None
