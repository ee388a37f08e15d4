"""What `doctor` finds, and what commands say of a project and its stack."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from weld_pulumi import __version__

from .stage import Stage, Table

TABLE = Table()

PROJECT = "name: testing\nruntime: python\n"
#: A `pulumi` that gives one answer to each of its commands.
PULUMI = """#!{python}
import sys
answers = {answers!r}
words = [word for word in sys.argv[1:] if not word.startswith("-")]
sys.exit(print(answers.get(words[0], "{{}}")))
"""


def with_pulumi(
    stage: Stage,
    *words: str,
    project: str = PROJECT,
    version: str = "v3.272.0",
    plugins: tuple[str, ...] = ("pulumi-resource-pulumi-python",),
    config: object = None,
    resources: Any = (),
    **env: str | None,
) -> str:
    """What a command says in a project whose stack is like this."""
    Path("Pulumi.yaml").write_text(project)
    answers = {
        "version": version,
        "config": config if isinstance(config, str) else json.dumps(config or {}),
        "stack": json.dumps({"deployment": {"resources": list(resources)}}),
    }
    Path("bin").mkdir()
    for name in ("pulumi", *plugins):
        script = Path("bin", name)
        script.write_text(PULUMI.format(python=sys.executable, answers=answers))
        script.chmod(0o755)
    with patch.dict(os.environ, {"PATH": f"{Path('bin').absolute()}:/usr/bin:/bin"}):
        return stage.run(*words, **env)


@TABLE.reads(
    "Error: There is no API key for Weld. Create one in Weld under Settings -> API Keys, then either run "
    "`pulumi config set --secret weld:apiKey` and paste it, or set the environment variable WELD_API_KEY. "
    "(The selected stack could not be read: `pulumi config` did not print JSON.)"
)
def no_json(stage: Stage) -> str:
    Path("Pulumi.yaml").write_text("name: testing\nruntime: python\n")
    Path("pulumi").write_text("#!/bin/sh\necho Welcome to Pulumi\n")
    Path("pulumi").chmod(0o755)
    with patch.dict(os.environ, {"PATH": f"{Path.cwd()}:/usr/bin:/bin"}):
        return stage.run("connections", WELD_API_KEY=None)


def finding(text: str, check: str) -> str:
    """One line of what `doctor` says, with the advice below it."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if check in line)
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    return "\n".join(lines[start:end])


@TABLE.reads(
    "✗ Pulumi CLI: there is no `pulumi` on PATH. Install it (https://www.pulumi.com/docs/install/) and put it on PATH."
)
def no_pulumi(stage: Stage) -> str:
    with patch.dict(os.environ, {"PATH": "/nonexistent"}):
        return finding(stage.run("doctor"), "Pulumi CLI")


@TABLE.reads(
    "✗ API key: there is none. Create one in Weld under Settings -> API Keys, then either run `pulumi config "
    "set --secret weld:apiKey` and paste it, or set the environment variable WELD_API_KEY."
)
def no_key(stage: Stage) -> str:
    return finding(with_pulumi(stage, "doctor", WELD_API_KEY=None), "API key")


@TABLE.reads(
    "! Stored key: weld:apiKey is stored in plain text. Run `pulumi config set --secret weld:apiKey` and "
    "paste it; create a new key if the file was shared."
)
def a_key_in_plain_text(stage: Stage) -> str:
    config = {"weld:apiKey": {"value": stage.weld.api_key, "secret": False}, "weld:apiUrl": {"value": stage.weld.url}}
    return finding(with_pulumi(stage, "doctor", config=config, WELD_API_KEY=None), "Stored key")


@TABLE.reads(
    "! Stored key: the stack has a weld:apiKey, which `pulumi up` prefers. `weld-pulumi doctor --stack "
    "NAME` checks that one."
)
def two_keys(stage: Stage) -> str:
    return finding(with_pulumi(stage, "doctor", config={"weld:apiKey": {"secret": True}}), "Stored key")


@TABLE.reads(
    "✗ Settings: the environment variable WELD_API_URL: 'http://weld.example' must begin with https:// "
    "because the key is sent to it; write https://weld.example. Fix that first; Weld was not contacted."
)
def an_address_that_is_not_allowed(stage: Stage) -> str:
    return finding(stage.run("doctor", WELD_API_URL="http://weld.example"), "Settings")


@TABLE.reads(
    "✗ Pulumi plugin: there is no pulumi-resource-pulumi-python. It comes with the Pulumi CLI and must be "
    "on PATH or beside `pulumi`: reinstall the CLI."
)
def no_plugin(stage: Stage) -> str:
    return finding(with_pulumi(stage, "doctor", plugins=()), "Pulumi plugin")


@TABLE.reads(
    "! Stack: its configuration cannot be read: `pulumi config` did not print JSON. It may hold the API "
    "key.\n"
    "- Weld: not contacted without a key"
)
def a_stack_that_cannot_be_read(stage: Stage) -> str:
    text = with_pulumi(stage, "doctor", config="Welcome to Pulumi", WELD_API_KEY=None)
    return f"{finding(text, ' Stack:')}\n{finding(text, '- Weld')}"


# The project -------------------------------------------------------------------------------------------------------


def project(stage: Stage, text: str, check: str = "Project") -> str:
    """What is found out about a project."""
    found = finding(with_pulumi(stage, "doctor", project=text), f" {check}")
    return found.replace(str(Path.cwd()), "/here").replace(__version__, "VERSION")


def of_python(options: str) -> str:
    """A project in Python."""
    return f"name: t\nruntime:\n  name: python\n  options: {{{options}}}\n"


@TABLE.reads("! Pulumi CLI: v3.100.0 is old. Upgrade it: `weld-pulumi import` requires 3.254.0.")
def an_old_cli(stage: Stage) -> str:
    return finding(with_pulumi(stage, "doctor", version="v3.100.0"), "Pulumi CLI")


@TABLE.reads("- Project: there is no Pulumi.yaml in this folder or above")
def no_project(stage: Stage) -> str:
    return finding(stage.run("doctor"), "Project")


@TABLE.reads("- Project: /here/Pulumi.yaml is a project in nodejs, not in Python")
def a_project_in_another_language(stage: Stage) -> str:
    return project(stage, "name: t\nruntime: nodejs\n")


@TABLE.reads(
    "! Project: uv.lock makes Pulumi choose a toolchain automatically. Write `toolchain: pip` (or uv, "
    "poetry) under runtime.options in Pulumi.yaml."
)
def a_project_that_leaves_the_toolchain_open(stage: Stage) -> str:
    Path("uv.lock").touch()
    return project(stage, PROJECT)


@TABLE.reads("- Project's Python: /here/Pulumi.yaml or its folder belongs to another user, so its Python is not run")
def a_project_of_another_user(stage: Stage) -> str:
    with patch.object(os, "geteuid", lambda: os.getuid() + 1):
        return project(stage, of_python("toolchain: uv"), "Project's Python")


@TABLE.reads(
    "✗ Project's Python: /here/venv: there is no Python. Create it, and run `pip install weld-pulumi==VERSION` in it."
)
def no_virtual_environment(stage: Stage) -> str:
    return project(stage, of_python("toolchain: pip, virtualenv: venv"), "Project's Python")


@TABLE.reads(
    "✗ Python of the resources: /here/infra/.venv: there is no Python. With `main` in Pulumi.yaml, "
    "`virtualenv` means one folder for the program and another one for the resources. Put the program "
    "beside Pulumi.yaml, or remove `virtualenv` and activate the environment."
)
def a_virtual_environment_below_main(stage: Stage) -> str:
    Path("infra").mkdir()
    environment(f'exec "{sys.executable}" "$@"')
    return project(stage, "main: infra\n" + of_python("toolchain: pip, virtualenv: .venv"), "Python of the resources")


@TABLE.reads(
    "✗ Project's Python: /here/.venv/bin/python cannot import weld_pulumi: ModuleNotFoundError: No module "
    "named 'weld_pulumi'. Run `/here/.venv/bin/python -m pip install weld-pulumi`, or name another Python in "
    "Pulumi.yaml."
)
def a_virtual_environment_without_the_package(stage: Stage) -> str:
    environment("echo \"ModuleNotFoundError: No module named 'weld_pulumi'\" >&2; exit 1")
    return project(stage, of_python("toolchain: uv"), "Project's Python")


@TABLE.reads(
    "! Project's Python: /here/.venv/bin/python has weld-pulumi 0.0.1, this command is VERSION. Install the "
    "same version in both."
)
def a_virtual_environment_with_another_version(stage: Stage) -> str:
    environment("echo 0.0.1")
    return project(stage, of_python("toolchain: uv"), "Project's Python")


def environment(text: str) -> None:
    """Make a virtual environment whose Python does this."""
    python = Path(".venv/bin/python")
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{text}\n")
    python.chmod(0o755)
