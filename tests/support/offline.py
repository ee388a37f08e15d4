"""Run a module of Python without a network: ``python -m tests.support.offline MODULE …``.

Each attempt to reach another machine, even by a proxy or a name server, is an error.
"""

from __future__ import annotations

import runpy
import sys
from typing import Any

__all__ = ["refuse"]


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise OSError for what leaves this process; an audit hook."""
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise OSError(f"no network here: {event}{arguments[1:]}")


if __name__ == "__main__":
    sys.addaudithook(refuse)
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
