"""A stub of Databricks' Pulumi plugin: programs that use `pulumi_databricks` run on the engine without Databricks.

It accepts all inputs, returns ids and the outputs that Databricks would compute, and stores nothing: tests read the
state of the stack. `install` puts it where the engine finds it.
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
    """Write the plugin's executable into a folder, and return the folder, which has to be first on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(__file__).resolve().parents[3]
    script = folder / "pulumi-resource-databricks"
    script.write_text(_SCRIPT.format(root=shlex.quote(str(root)), python=shlex.quote(sys.executable)))
    script.chmod(0o755)
    return folder
