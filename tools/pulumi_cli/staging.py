"""Makes a CLI in a temporary folder and moves it into the cache in one step.

So a process that is killed leaves no half of a CLI in its place. `remove_leftovers` removes what it leaves elsewhere.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.pulumi_cli.find import is_complete

TITLE = "Pulumi CLI"  # of each step on the console
_PREFIX = ".making-"


@contextlib.contextmanager
def staging(target: Path) -> Iterator[Path]:
    """Provide a folder for the CLI; if it is complete at the end, move it to its place, else remove it."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=target.parent))
    try:
        yield folder
        if is_complete(folder / "bin"):
            folder.chmod(0o755)
            shutil.rmtree(target, ignore_errors=True)  # only an incomplete one can be there
            folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(cache: Path) -> None:
    """Remove the folders of killed processes; only the holder of the lock makes such folders."""
    for folder in cache.glob(f"{_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)
