"""The Pulumi CLI that the tests run, in an environment without any of the developer's own settings."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.support.vault import SECRETS_PROVIDER, vault_variables
from tools.bootstrap import Cli, environment, find_cli

__all__ = ["STACK", "BlankStack", "blank_stack", "require_cli", "surroundings"]

STACK = "test"
#: Replaces pip when the language host lists the installed packages: 0.02 s instead of 0.5 s for each command.
_PIP = """
import sys
sys.stdout.write({answer!r})
"""


@functools.cache
def require_cli() -> Cli:
    """Return the CLI that the bootstrap found; fail without one, since a skip would look like success."""
    cli = find_cli()
    if cli is None:
        raise RuntimeError("no Pulumi CLI; `make test` gets one, or: python3 tools/bootstrap.py setup")
    return cli


def surroundings(local: Path) -> dict[str, str]:
    """Return the environment of a CLI that keeps its home and its states below `local`."""
    base = {key: value for key, value in os.environ.items() if not key.startswith("WELD_")}
    base |= vault_variables()
    base["XDG_RUNTIME_DIR"] = str(local / "run")  # other tests and users see nothing of a test
    base["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_quick_pip()), base.get("PYTHONPATH")]))
    return environment(require_cli().directory, base=base, local=local, bin_folder=Path(sys.executable).parent)


class BlankStack:
    """A template of a new stack: what the CLI writes for it, and how it encrypts a value for a copy of that stack.

    To start the CLI for each step takes a second for every stack.
    """

    _PROJECT = "blank"

    def __init__(self, folder: Path) -> None:
        self._env = surroundings(folder / "pulumi")
        self._program = folder / "program"
        self._program.mkdir()
        (self._program / "Pulumi.yaml").write_text(f"name: {self._PROJECT}\nruntime: python\n")
        self._pulumi("stack", "init", STACK, "--secrets-provider", SECRETS_PROVIDER)
        self._checkpoint = checkpoint(folder / "pulumi", self._PROJECT).read_text()
        self._keys = self._settings()
        self._encrypted: dict[str, str] = {}

    def copy(self, local: Path, program: Path, project: str) -> None:
        """Create an empty stack: its state below `local`, its configuration beside the program."""
        state = checkpoint(local, project)
        state.parent.mkdir(parents=True)
        state.write_text(self._checkpoint.replace(f"organization/{self._PROJECT}/", f"organization/{project}/"))
        (state.parents[2] / "meta.yaml").write_text("version: 1\n")
        settings(program).write_text(yaml.safe_dump({**self._keys, "config": {}}))

    def encrypt(self, value: str) -> str:
        """Return a value as it is stored in the configuration of a stack."""
        if value not in self._encrypted:
            self._pulumi("config", "set", "--secret", "some:value", "--stack", STACK, "--", value)
            self._encrypted[value] = self._settings()["config"]["some:value"]["secure"]
        return self._encrypted[value]

    def _settings(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(settings(self._program).read_text())
        return found

    def _pulumi(self, *words: str) -> None:
        command = [str(require_cli().executable), "--non-interactive", *words]
        subprocess.run(command, cwd=self._program, env=self._env, check=True, capture_output=True)


@functools.cache
def blank_stack() -> BlankStack:
    """Return the template of this process."""
    return BlankStack(Path(_folder("blank-stack-").name))


def checkpoint(local: Path, project: str) -> Path:
    """Return the file with the state of a stack."""
    return local / "state" / ".pulumi" / "stacks" / project / f"{STACK}.json"


def settings(program: Path) -> Path:
    """Return the file with the configuration of a stack."""
    return program / f"Pulumi.{STACK}.yaml"


@functools.cache
def _folder(prefix: str) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix=prefix)


@functools.cache
def _quick_pip() -> Path:
    """Return a folder with a module `pip` that repeats what the real one printed once."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "list", "-v", "--format", "json"], check=True, capture_output=True, text=True
    ).stdout
    assert json.loads(listed)
    folder = Path(_folder("quick-pip-").name)
    (folder / "pip").mkdir()
    (folder / "pip" / "__init__.py").touch()
    (folder / "pip" / "__main__.py").write_text(_PIP.format(answer=listed))
    return folder
