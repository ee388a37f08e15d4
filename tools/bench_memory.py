"""The largest memory of the dynamic plugin's process while an operation runs, by the kernel's own account."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

_PROC = Path("/proc")
# The kernel remembers the peak, so this only has to be often enough to catch the last growth before the end.
_EVERY_SECONDS = 0.05


class PluginMemory:
    """Watches for the plugin that serves the project in a folder; `peak` is in bytes, None where it cannot be told."""

    def __init__(self, folder: Path) -> None:
        self.peak: int | None = None
        self._folder = str(folder.resolve())
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PluginMemory:
        """Begin."""
        if _PROC.is_dir():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        plugins: set[Path] = set()
        while not self._over.wait(_EVERY_SECONDS):
            # One process a provider; once found, only that one is looked at.
            plugins = plugins or self._find()
            peaks = [peak for peak in map(_peak, plugins) if peak is not None]
            if not peaks:
                plugins = set()
            self.peak = max([*peaks, *([self.peak] if self.peak is not None else [])], default=None)

    def _find(self) -> set[Path]:
        return {process for process in _PROC.iterdir() if process.name.isdigit() and self._is_plugin(process)}

    def _is_plugin(self, process: Path) -> bool:
        try:
            return (
                os.readlink(process / "cwd") == self._folder and b"pulumi.dynamic" in (process / "cmdline").read_bytes()
            )
        except OSError:  # gone, or somebody else's
            return False


def _peak(process: Path) -> int | None:
    try:
        for line in (process / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
