"""The files beside the program: project, requirements, and a README with the commands that come next."""

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
    """Return the text of Pulumi.yaml, which names the virtual environment of this process."""
    environment = _environment(folder)
    options = ["    toolchain: pip\n", *([f"    virtualenv: {json.dumps(environment)}\n"] if environment else [])]
    return f"name: weld\nruntime:\n  name: python\n  options:\n{''.join(options)}"


def _environment(folder: Path) -> str | None:
    """Return where this process has its packages: by a relative path if it lies beside the program."""
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
    """What a person does next.

    Attributes:
        is_new: a new project was written, which has no stack yet.
        api_url: of the Weld that was read.
        adopt: the program takes objects over; there is no import file.
        protect: the program protects what it declares.
        addition: the module that the present program has to import, if it is an addition to it.
        state: the import file, seen from the folder where Pulumi runs.
    """

    is_new: bool
    api_url: str
    adopt: bool
    protect: bool
    addition: str | None
    state: str

    def steps(self) -> list[tuple[str, list[str]]]:
        """Return what to do, each with the commands that do it."""
        steps: list[tuple[str, list[str]]] = []
        if self.is_new:
            there = (
                [f"pulumi config set weld:apiUrl {shlex.quote(self.api_url)}"] if self.api_url != _DEFAULT_URL else []
            )
            steps.append(("Make a stack:", ["pulumi stack init dev", *there]))
            steps.append(("Store the key of Weld; it is asked for:", ["pulumi config set --secret weld:apiKey"]))
        if self.addition:
            steps.append(
                (f"Add `import {self.addition}` to your program, in whose folder {self.addition}.py belongs.", [])
            )
        if self.adopt:
            steps.append(("See what would be taken over:", ["pulumi preview"]))
            steps.append(("Take it over:", ["pulumi up"]))
            return steps
        protect = "" if self.protect else " --protect=false"
        command = f"pulumi import --file {shlex.quote(self.state)} --generate-code=false{protect} --yes"
        steps.append(("Take over what is in Weld; nothing changes there:", [command]))
        steps.append((f"No change is left, and {STATE} can go:", ["pulumi preview --expect-no-changes"]))
        return steps


def readme(what: NextSteps) -> str:
    """Return the text of README.md."""
    parts = [_TITLE, "Written by `weld-pulumi import` for what was in Weld.\n"]
    for said, commands in what.steps():
        parts.append(f"{said}\n")
        if commands:
            parts.append("```sh\n" + "".join(f"{command}\n" for command in commands) + "```\n")
    if what.protect:
        parts.append(
            "Every resource is protected: Pulumi refuses to delete it, also in `pulumi destroy`. To delete one, take "
            "`protected` out of it, run `pulumi up`, and then remove it from the program.\n"
        )
    parts.append('A destination has `deletion_policy="retain"`: it stays in Weld even when its resource is removed.\n')
    return "\n".join(parts)


def is_ours(path: Path) -> bool:
    """Tell whether a README was written here, and may be written again."""
    try:
        return path.read_text("utf-8").startswith(_TITLE)
    except (OSError, UnicodeDecodeError):
        return False
