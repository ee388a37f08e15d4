"""The peak memory of the dynamic plugin while an operation runs, as the kernel reports it."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

__all__ = ["PluginMemory"]

_PROC = Path("/proc")
# The kernel keeps the peak, so the interval only has to be short enough for the last growth before the end.
_INTERVAL_SECONDS = 0.05


class PluginMemory:
    """Watches the plugin that serves the project in a folder; `peak` is in bytes, None where it is unknown."""

    def __init__(self, folder: Path) -> None:
        self.peak: int | None = None
        self._folder = str(folder.resolve())
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PluginMemory:
        """Start to watch."""
        if _PROC.is_dir():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        plugins: set[Path] = set()
        while not self._stopped.wait(_INTERVAL_SECONDS):
            # Each provider has one process, so the search ends once it is found.
            plugins = plugins or self._find()
            peaks = [peak for peak in map(_peak, plugins) if peak is not None]
            if not peaks:
                plugins = set()
            self.peak = max([*peaks, *([self.peak] if self.peak is not None else [])], default=None)

    def _find(self) -> set[Path]:
        return {process for process in _PROC.iterdir() if process.name.isdigit() and self._is_plugin(process)}

    def _is_plugin(self, process: Path) -> bool:
        try:
            is_dynamic = b"pulumi.dynamic" in (process / "cmdline").read_bytes()
            return is_dynamic and os.readlink(process / "cwd") == self._folder
        except OSError:  # it has ended, or belongs to another user
            return False


def _peak(process: Path) -> int | None:
    try:
        for line in (process / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
