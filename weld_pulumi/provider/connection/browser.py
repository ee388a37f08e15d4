"""Detect whether a person sits at this machine, and open a browser for them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit

from ...pulumi_internals import is_plugin

__all__ = ["has_screen", "has_terminal", "open_page", "opens_automatically"]

_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION", "CODEBUILD_BUILD_ID")
_SSH = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")
_SCREEN = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
#: A plugin is a child of a shell, which is a child of the CLI.
_GENERATIONS = 4


def opens_automatically(choice: str) -> bool:
    """Return whether links are opened in a browser automatically.

    Args:
        choice: the setting ``weld:openBrowser``: ``true``, ``false``, or ``auto``, which opens them if a person has a
            terminal and a browser on this machine.
    """
    if choice != "auto":
        return choice == "true"
    return has_terminal() and has_screen() and not _is_set(*_SSH)


def has_terminal() -> bool:
    """Return whether a person watches in a terminal.

    The output of a plugin goes to the engine. On Linux, /proc shows where the CLI writes to, and its arguments.
    Elsewhere the session has to have a controlling terminal, even if the CLI writes to a pipe.
    """
    if _is_set(*_CI):
        return False
    if not is_plugin():
        return sys.stderr.isatty()
    cli = _cli_process()
    if cli is None:
        return _has_controlling_terminal()
    if "--non-interactive" in _arguments(cli):
        return False
    try:
        # The live view needs both.
        return all(os.readlink(cli / "fd" / number).startswith(("/dev/pts/", "/dev/tty")) for number in "01")
    except OSError:
        return False


def has_screen() -> bool:
    """Return whether a browser would open a window: one that runs in the terminal is of no use."""
    if sys.platform not in ("darwin", "win32") and not _is_set(*_SCREEN):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_page(url: str | None) -> bool:
    """Open a page in the browser of this machine; return False if that is impossible.

    This needs a process of its own: a browser inherits the output of whoever starts it, and the engine would wait for
    that of a plugin to be closed.
    """
    if not url or urlsplit(url).scheme not in ("http", "https"):
        return False
    try:
        opener = subprocess.Popen(
            [sys.executable, "-I", "-m", "webbrowser", url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    threading.Thread(target=opener.wait, daemon=True).start()
    return True


def _is_set(*names: str) -> bool:
    return any(os.environ.get(name, "").lower() not in ("", "0", "false") for name in names)


def _cli_process() -> Path | None:
    """Return the /proc folder of the CLI that this plugin works for, or None if it is not found."""
    pid = os.getppid()
    for _ in range(_GENERATIONS):
        folder = Path("/proc", str(pid))
        arguments = _arguments(folder)
        if not arguments:
            return None
        if Path(arguments[0]).name == "pulumi":
            return folder
        pid = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return None


def _arguments(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return []


def _has_controlling_terminal() -> bool:
    try:
        os.close(os.open("CONOUT$" if sys.platform == "win32" else "/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True
