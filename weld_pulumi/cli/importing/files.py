"""The files beside the program: project, requirements, and a README with the next commands."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from ..._version import __version__
from ...config import Settings

__all__ = ["PROJECT", "README", "REQUIREMENTS", "STATE", "NextSteps", "project", "readme", "requirements"]

PROJECT, REQUIREMENTS, README, STATE = "Pulumi.yaml", "requirements.txt", "README.md", "import.json"
_DEFAULT_URL = Settings().api_url
_TITLE = "# Weld, imported\n"


def project(folder: Path) -> str:
    """Return the text of Pulumi.yaml, with the virtual environment of this process."""
    environment = _environment(folder)
    options = ["    toolchain: pip\n", *([f"    virtualenv: {json.dumps(environment)}\n"] if environment else [])]
    return f"name: weld\nruntime:\n  name: python\n  options:\n{''.join(options)}"


def _environment(folder: Path) -> str | None:
    """Return the virtual environment of this process, by a relative path if it is below the current folder."""
    if sys.prefix == sys.base_prefix:
        return None
    environment = Path(sys.prefix).absolute()
    if environment.is_relative_to(Path.cwd()):
        return Path(os.path.relpath(environment, folder.absolute())).as_posix()
    return environment.as_posix()


def requirements() -> str:
    """Return the text of requirements.txt."""
    return f"weld-pulumi>={__version__}\n"


@dataclass(frozen=True)
class NextSteps:
    """The next steps for the user.

    Attributes:
        is_new: whether a new project was written, which has no stack yet.
        api_url: address of the Weld that was read.
        adopt: whether the program sets ``adopt``, so that there is no import file.
        protect: whether the program protects its resources.
        addition: the module to import in an existing program, if one is extended.
        state: path of the import file from the folder in which Pulumi runs.
    """

    is_new: bool
    api_url: str
    adopt: bool
    protect: bool
    addition: str | None
    state: str

    def steps(self) -> list[tuple[str, list[str]]]:
        """Return the steps, each with its commands."""
        steps: list[tuple[str, list[str]]] = []
        if self.is_new:
            there = (
                [f"pulumi config set weld:apiUrl {shlex.quote(self.api_url)}"] if self.api_url != _DEFAULT_URL else []
            )
            steps.append(("Create a stack:", ["pulumi stack init dev", *there]))
            steps.append(("Store Weld's API key; Pulumi prompts for it:", ["pulumi config set --secret weld:apiKey"]))
        if self.addition:
            steps.append(
                (f"Move {self.addition}.py to the folder of your program, and add `import {self.addition}` to it.", [])
            )
        if self.adopt:
            steps.append(("Preview what will be adopted:", ["pulumi preview"]))
            steps.append(("Adopt it:", ["pulumi up"]))
            return steps
        protect = "" if self.protect else " --protect=false"
        command = f"pulumi import --file {shlex.quote(self.state)} --generate-code=false{protect} --yes"
        steps.append(("Import what is in Weld; nothing changes there:", [command]))
        steps.append(
            (f"Check that no change is left; then {STATE} can be deleted:", ["pulumi preview --expect-no-changes"])
        )
        return steps


def readme(what: NextSteps) -> str:
    """Return the text of README.md."""
    parts = [_TITLE, "Written by `weld-pulumi import` for what was in Weld.\n"]
    for step, commands in what.steps():
        parts.append(f"{step}\n")
        if commands:
            parts.append("```sh\n" + "".join(f"{command}\n" for command in commands) + "```\n")
    if what.protect:
        parts.append(
            "Every resource is protected: Pulumi refuses to delete it, even in `pulumi destroy`. To delete one, remove "
            "`protected` from it, run `pulumi up`, and then remove it from the program.\n"
        )
    parts.append('A destination has `deletion_policy="retain"`: it stays in Weld even when its resource is removed.\n')
    return "\n".join(parts)


def is_ours(path: Path) -> bool:
    """Return whether `weld-pulumi import` wrote a README, so that it may be overwritten."""
    try:
        return path.read_text("utf-8").startswith(_TITLE)
    except (OSError, UnicodeDecodeError):
        return False
