"""The state of the stack, as Pulumi's own command line exports it: a dynamic provider is told nothing of it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from .core.ownership import Entry

__all__ = ["StackState", "export_stack"]

_TYPES = "pulumi-python:dynamic/weld:"
#: Seconds for which an export serves: one for a whole `destroy`, as a rule.
_FRESH = 20.0
_TIMEOUT = 60.0


def export_stack(stack: str) -> str:
    """Return what `pulumi stack export` prints; secrets stay encrypted.

    Raises:
        OSError: there is no `pulumi` on PATH.
        subprocess.SubprocessError: it failed, or took too long.
    """
    command = ["pulumi", "stack", "export", "--non-interactive", "--stack", stack]
    ran = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT, check=True
    )
    return ran.stdout


class StackState:
    """Reads Weld's resources in the state of one stack.

    Args:
        warn: says that the state could not be read.
        export: returns the export of a stack, by its name.
    """

    def __init__(self, warn: Callable[[str], None], export: Callable[[str], str] = export_stack) -> None:
        self._warn = warn
        self._export = export
        self._read_at = 0.0
        self._entries: Sequence[Entry] | None = None

    def __call__(self, urn: str) -> Sequence[Entry] | None:
        """Return the entries of the stack that holds a URN: the same list for a while; None where it is unreadable."""
        if urn.startswith("urn:pulumi:") and (not self._read_at or time.monotonic() - self._read_at > _FRESH):
            self._entries = self._read(urn.removeprefix("urn:pulumi:").partition("::")[0])
            self._read_at = time.monotonic()
        return self._entries

    def _read(self, stack: str) -> Sequence[Entry] | None:
        try:
            deployment = json.loads(self._export(stack))["deployment"]
            return [_entry(told) for told in deployment.get("resources") or () if _is_ours(told)]
        except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, AttributeError):
            self._warn(
                f"the state of stack {stack!r} could not be read (`pulumi stack export`), so that resources which this "
                "run leaves alone are not looked at before something is deleted."
            )
            return None


def _is_ours(told: dict[str, Any]) -> bool:
    return str(told.get("type")).startswith(_TYPES) and not told.get("external") and bool(told.get("id"))


def _entry(told: dict[str, Any]) -> Entry:
    return Entry(told["urn"], told["id"], told.get("outputs") or {})
