"""Files by which `weld-pulumi authorize` finds what a running `up` of the same user waits for.

There is one file for each connection, in a folder that only this user can read. It contains the short address on this
machine, never Weld's link. If a process watches the file, its writer leaves the outcome in it, and the watcher removes
it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["WaitingFile", "announce", "announced"]

_LONGEST = 16_384
_WAITING = "waiting"


@dataclass(frozen=True)
class WaitingFile:
    """The file of a connection that waits for a person.

    Attributes:
        path: of the file.
        address: short address on this machine, which redirects to Weld.
        label: name of the connection.
        integration_id: Weld's id of the integration.
        pid: the process that waits.
    """

    path: Path
    address: str
    label: str
    integration_id: str
    pid: int

    @property
    def _mark(self) -> Path:
        return self.path.with_suffix(".watched")

    def watch(self) -> None:
        """Make the writer leave the outcome for this process."""
        with contextlib.suppress(OSError):
            os.close(os.open(self._mark, os.O_CREAT | os.O_WRONLY, 0o600))

    def outcome(self) -> dict[str, Any] | None:
        """Return ``status`` and ``connection_id``; nothing if the writer is gone; None while it waits."""
        content = _read(self.path)
        if content is None or (content["status"] == _WAITING and not _is_alive(self.pid)):
            return {}
        return None if content["status"] == _WAITING else content

    def remove(self) -> None:
        """Remove the file."""
        for path in (self.path, self._mark):
            with contextlib.suppress(OSError):
                path.unlink()

    def finish(self, status: str, connection_id: str | None) -> None:
        """Record, as the writer, that the run no longer waits."""
        if self._mark.exists():
            with contextlib.suppress(OSError):
                self._write(status, connection_id=connection_id)
        else:
            self.remove()

    def _write(self, status: str, **more: str | None) -> None:
        """Write the file atomically, so that nobody reads half of it."""
        content = {name: value for name, value in asdict(self).items() if name != "path"}
        beside = self.path.with_suffix(".new")
        with open(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({**content, "status": status, **more}, file)
        beside.replace(self.path)


def announce(address: str, label: str, integration_id: str) -> WaitingFile | None:
    """Write a file for a connection that this process waits for; None if there is no safe place for it."""
    pid = os.getpid()
    try:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(folder):
            return None
        file = WaitingFile(folder / f"{pid}-{secrets.token_hex(4)}.json", address, label, integration_id, pid)
        file._write(_WAITING)
    except OSError:
        return None
    return file


def announced() -> list[WaitingFile]:
    """Return what running processes of this user wait for, oldest first; remove the files of ended ones."""
    folder = _folder()
    try:
        paths = list(folder.glob("*.json")) if _is_private(folder) else []
        paths.sort(key=lambda path: path.lstat().st_mtime)
    except OSError:
        return []
    found = []
    for path in paths:
        content = _read(path)
        if content is None:
            continue
        file = WaitingFile(path, content["address"], content["label"], content["integration_id"], content["pid"])
        if not _is_alive(file.pid):
            file.remove()
        elif content["status"] == _WAITING:
            found.append(file)
    return found


def _folder() -> Path:
    base = os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(base, "weld-pulumi", "waiting")


def _is_private(path: Path) -> bool:
    """Return whether only this user can have written there."""
    if not hasattr(os, "getuid"):
        return True  # a user profile of Windows is private
    found = path.lstat()
    is_expected = stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode)
    return is_expected and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _read(path: Path) -> dict[str, Any] | None:
    """Return the content of a file, if it is private and complete."""
    try:
        if not _is_private(path) or path.lstat().st_size > _LONGEST:
            return None
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    names = ("address", "label", "integration_id", "status")
    is_complete = isinstance(content, dict) and all(isinstance(content.get(name), str) for name in names)
    return content if is_complete and isinstance(content.get("pid"), int) and content["pid"] > 0 else None


def _is_alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # os.kill would end the process; the address shows whether it still waits
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
