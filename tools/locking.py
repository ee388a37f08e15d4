"""A lock between processes that the kernel lets go when its holder ends, however it ends."""

from __future__ import annotations

import errno
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.console import SetupError, SignsOfLife, step

# A file system without locks (some network mounts): go on without; what is built is moved into place in one step.
_NO_LOCKS_HERE = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}


@contextmanager
def exclusive(path: Path, what: str, timeout: float = 1800.0, poll: float = 0.2) -> Iterator[None]:
    """Only one process at a time gets past this for a path; others wait, and say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        _acquire(file.fileno(), what, timeout, poll)
        yield  # closing the file gives the lock back


def _acquire(descriptor: int, what: str, timeout: float, poll: float) -> None:
    if _try(descriptor):
        return
    step(what, "another process is at it; waiting for it to finish")
    signs = SignsOfLife()
    deadline = time.monotonic() + timeout
    try:
        while not _try(descriptor):
            if time.monotonic() > deadline:
                raise SetupError(f"{what}: another process is at it; end it, or wait for its end, then run this again.")
            time.sleep(poll)
            signs.tick()
    finally:
        signs.close()


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS_HERE:
            raise
    return True
