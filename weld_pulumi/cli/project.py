"""The Pulumi project in the current folder or above, read through the Pulumi CLI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import WeldError

__all__ = ["ENCRYPTED", "PulumiFailedError", "export_stack", "find_project", "run_pulumi", "stack_config"]

_SECONDS = 120
#: Key and value by which Pulumi marks a secret in a state.
_ENVELOPE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


class _Encrypted:
    """A secret of an exported state whose value was not requested."""

    def __repr__(self) -> str:
        return "ENCRYPTED"


ENCRYPTED = _Encrypted()


class PulumiFailedError(WeldError):
    """The Pulumi CLI is missing, or a command of it failed."""


def find_project(start: Path | None = None) -> Path | None:
    """Return the Pulumi.yaml in a folder (default: the current one) or above."""
    here = (start or Path.cwd()).absolute()
    for folder in (here, *here.parents):
        for name in ("Pulumi.yaml", "Pulumi.yml"):
            if (folder / name).is_file():
                return folder / name
    return None


def run_pulumi(*arguments: str) -> str:
    """Run a command of the Pulumi CLI in the current folder and return its output.

    Raises:
        PulumiFailedError: the CLI is missing or failed; the message is its error line.
    """
    executable = shutil.which("pulumi")
    if executable is None:
        raise PulumiFailedError("there is no `pulumi` on PATH")
    try:
        ran = subprocess.run(
            [executable, *arguments, "--non-interactive", "--color", "never"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PulumiFailedError(f"`pulumi {arguments[0]}` could not be run: {error}") from None
    if ran.returncode != 0:
        lines = [line.strip() for line in (ran.stderr or ran.stdout).splitlines() if line.strip()]
        reason = next((line for line in lines if line.startswith("error:")), lines[-1] if lines else "no reason given")
        raise PulumiFailedError(f"`pulumi {arguments[0]}`: {reason.removeprefix('error:').strip()}")
    return ran.stdout


def stack_config(stack: str | None, show_secrets: bool = True) -> dict[str, dict[str, Any]]:
    """Return the configuration of a stack (default: the selected one): key to ``{"value": …, "secret": …}``.

    Raises:
        PulumiFailedError: there is no such stack, or its secrets cannot be read.
    """
    return _json("config", "--json", *(["--show-secrets"] if show_secrets else []), *_of(stack))


def export_stack(stack: str | None, show_secrets: bool = True) -> list[dict[str, Any]]:
    """Return the resources in the state of a stack (default: the selected one), by default with secrets in plain text.

    Without ``show_secrets``, each secret is :data:`ENCRYPTED`.

    Raises:
        PulumiFailedError: there is no such stack, or its secrets cannot be read.
    """
    deployment = (
        _json("stack", "export", *(["--show-secrets"] if show_secrets else []), *_of(stack)).get("deployment") or {}
    )
    return list(_revealed(deployment.get("resources") or []))


def _revealed(value: Any) -> Any:
    """Replace the envelopes of secrets in an exported state by their values, as far as it has them."""
    if isinstance(value, list):
        return [_revealed(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(_ENVELOPE) == _SECRET:
        return json.loads(value["plaintext"]) if "plaintext" in value else ENCRYPTED
    return {key: _revealed(item) for key, item in value.items()}


def _of(stack: str | None) -> Sequence[str]:
    return ["--stack", stack] if stack else []


def _json(*arguments: str) -> dict[str, Any]:
    text = run_pulumi(*arguments)
    try:
        return dict(json.loads(text))
    except ValueError:
        raise PulumiFailedError(f"`pulumi {arguments[0]}` did not print JSON") from None
