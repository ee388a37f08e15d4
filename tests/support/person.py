"""A person who agrees to everything that a browser shows."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["agreeing"]

#: A browser in which a person agrees; it records its arguments, those of all processes, and its last page.
AGREES = """#!{python}
import pathlib, sys, requests
folder = pathlib.Path({folder!r})
def arguments(process):
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
(folder / "processes").write_bytes(b"".join(arguments(p) for p in pathlib.Path("/proc").glob("[0-9]*")))
page = requests.get(sys.argv[1], timeout=30)
token = page.url.partition("token=")[2]
done = requests.post(page.url.partition("?")[0], data={{"token": token, "decision": "authorize"}}, timeout=30)
(folder / "new").write_text(sys.argv[1] + " " + token + " " + done.text)
(folder / "new").rename(folder / "page")
"""


def agreeing(folder: Path) -> dict[str, str]:
    """Return the variables that make it the browser of this machine; its last page is in `folder / "page"`."""
    script = folder / "agrees"
    script.write_text(AGREES.format(python=sys.executable, folder=str(folder)))
    script.chmod(0o755)
    return {"BROWSER": str(script)}
