"""A lock between processes, which the kernel releases when its holder ends."""

from __future__ import annotations

import errno
import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.console import SetupError, SignsOfLife, step

# Some network file systems have no locks. What is built is moved into place in one step, so go on without.
_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}


@contextmanager
def exclusive(path: Path, what: str, timeout: float = 1800.0, poll: float = 0.2) -> Iterator[None]:
    """Hold the lock at a path; wait for another holder at most `timeout` seconds, then raise SetupError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        _acquire(file.fileno(), what, timeout, poll)
        yield  # closing the file releases the lock


def _acquire(descriptor: int, what: str, timeout: float, poll: float) -> None:
    if _try(descriptor):
        return
    step(what, "another process is working on it; waiting for it to finish")
    signs = SignsOfLife()
    deadline = time.monotonic() + timeout
    try:
        while not _try(descriptor):
            if time.monotonic() > deadline:
                raise SetupError(f"{what}: another process is working on it; end it or wait, then run this again.")
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
        if error.errno not in _NO_LOCKS:
            raise
    return True
