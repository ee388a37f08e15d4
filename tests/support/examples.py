"""The examples as a user runs them: copied, and with a stub of the Databricks plugin."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.support.databricks_stub import install
from tests.support.engine import Project

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def copy_example(name: str, folder: Path) -> Path:
    """Do what a user does first: copy the folder, and create a virtual environment in it (here a link to this one)."""
    left = shutil.ignore_patterns(".*", "__pycache__", "Pulumi.*.yaml")
    shutil.copytree(EXAMPLES / name, folder, ignore=left, dirs_exist_ok=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def with_databricks_stub(project: Project, folder: Path) -> Project:
    """Make the engine find the stub of the Databricks plugin."""
    project.env["PATH"] = os.pathsep.join([str(install(folder)), project.env["PATH"]])
    return project
