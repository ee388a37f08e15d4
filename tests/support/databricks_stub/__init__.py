"""A stand-in for Databricks' Pulumi plugin: programs that use `pulumi_databricks` run on the engine without Databricks.

It believes whatever it is told, gives ids and the outputs that Databricks would compute, and remembers nothing: the
stack's state is where to look. `install` puts it where the engine finds it.
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

__all__ = ["install"]

_SCRIPT = """#!/bin/sh
# The engine starts the first `pulumi-resource-databricks` on PATH.
PYTHONPATH={root} exec {python} -m tests.support.databricks_stub.plugin "$@"
"""


def install(folder: Path) -> Path:
    """Writes the plugin's executable into a folder, which then belongs in front of PATH; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(__file__).resolve().parents[3]
    script = folder / "pulumi-resource-databricks"
    script.write_text(_SCRIPT.format(root=shlex.quote(str(root)), python=shlex.quote(sys.executable)))
    script.chmod(0o755)
    return folder
