"""The examples as a user has them: copied, and with a stand-in for Databricks' plugin."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tests.support.databricks_stub import install
from tests.support.engine import Project

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def copy_example(name: str, folder: Path) -> Path:
    """What a user does first: copies the folder, and makes a virtual environment in it (here a link to this one)."""
    left = shutil.ignore_patterns(".*", "__pycache__", "Pulumi.*.yaml")
    shutil.copytree(EXAMPLES / name, folder, ignore=left, dirs_exist_ok=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def with_databricks_stub(project: Project, folder: Path) -> Project:
    """Lets the engine find the stand-in for Databricks' plugin."""
    project.env["PATH"] = os.pathsep.join([str(install(folder)), project.env["PATH"]])
    return project
