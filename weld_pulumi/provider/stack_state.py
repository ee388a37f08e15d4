"""The state of the stack, as `pulumi stack export` prints it; a dynamic provider has no other access to it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from ..schema.attributes import TYPE_PREFIX
from .core.ownership import Entry

__all__ = ["StackState", "export_stack"]

#: Seconds for which an export is used again; usually one is enough for a whole `destroy`.
_MAX_AGE = 20.0
#: Seconds after which an export counts as failed.
_TIMEOUT = 60.0


def export_stack(stack: str) -> str:
    """Return what `pulumi stack export` prints; secrets stay encrypted.

    Raises:
        OSError: `pulumi` is not on PATH.
        subprocess.SubprocessError: it failed, or took too long.
    """
    command = ["pulumi", "stack", "export", "--non-interactive", "--stack", stack]
    ran = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT, check=True
    )
    return ran.stdout


class StackState:
    """Read Weld's resources in the state of one stack.

    Args:
        warn: receives the warning that the state could not be read.
        export: returns the export of the stack with a name.
    """

    def __init__(self, warn: Callable[[str], None], export: Callable[[str], str] = export_stack) -> None:
        self._warn = warn
        self._export = export
        self._read_at = 0.0
        self._entries: Sequence[Entry] | None = None

    def __call__(self, urn: str) -> Sequence[Entry] | None:
        """Return the entries of the stack that contains a URN: the same list for a while; None if it is unreadable."""
        if urn.startswith("urn:pulumi:") and (not self._read_at or time.monotonic() - self._read_at > _MAX_AGE):
            self._entries = self._read(urn.removeprefix("urn:pulumi:").partition("::")[0])
            self._read_at = time.monotonic()
        return self._entries

    def _read(self, stack: str) -> Sequence[Entry] | None:
        try:
            deployment = json.loads(self._export(stack))["deployment"]
            return [_entry(each) for each in deployment.get("resources") or () if _is_ours(each)]
        except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError, AttributeError):
            self._warn(
                f"the state of stack {stack!r} could not be read (`pulumi stack export`), so an object may be deleted "
                "although a resource outside this run also manages it."
            )
            return None


def _is_ours(resource: dict[str, Any]) -> bool:
    return (
        str(resource.get("type")).startswith(TYPE_PREFIX) and not resource.get("external") and bool(resource.get("id"))
    )


def _entry(resource: dict[str, Any]) -> Entry:
    return Entry(resource["urn"], resource["id"], resource.get("outputs") or {})
