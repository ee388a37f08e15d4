"""The examples as a user runs them: copied, and with a stub of the Databricks plugin."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

from tests.support.databricks_stub import install
from tests.support.engine import Project

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def copy_example(name: str, folder: Path) -> Path:
    """Do what a user does first: copy the folder, and create a virtual environment in it (here a link to this one)."""
    left = shutil.ignore_patterns(".*", "__pycache__", "Pulumi.*.yaml")
    shutil.copytree(EXAMPLES / name, folder, ignore=left, dirs_exist_ok=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def module_of(example: str, name: str) -> ModuleType:
    """Return a module of an example, as its program imports it."""
    spec = importlib.util.spec_from_file_location(f"{example}.{name}", EXAMPLES / example / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_databricks_stub(project: Project, folder: Path) -> Project:
    """Make the engine find the stub of the Databricks plugin."""
    project.env["PATH"] = os.pathsep.join([str(install(folder)), project.env["PATH"]])
    return project
