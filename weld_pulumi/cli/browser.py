"""Opening a link in the browser of this machine, where there is one to look at."""

from __future__ import annotations

import os
import sys
import webbrowser
from urllib.parse import urlsplit

__all__ = ["open_link"]


def open_link(url: str | None) -> bool:
    """Open a link of Weld's; return False where there is no browser."""
    if not url or urlsplit(url).scheme not in ("http", "https") or not _has_screen():
        return False
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def _has_screen() -> bool:
    """Tell whether a browser would get a window: one that takes the terminal over is of no use here."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))
