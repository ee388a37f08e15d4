"""Runs the examples as they lie in examples/, each in a copy of its folder, on the real engine and the simulator."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databricks_stub import install
from tests.support.engine import Project
from weld_pulumi.simulator import Simulator

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

ExampleProject = Callable[[str], Project]


def copy_example(name: str, folder: Path) -> Path:
    """What a user does first: copies the folder, and makes a virtual environment in it (here a link to this one)."""
    left = shutil.ignore_patterns(".*", "__pycache__", "Pulumi.*.yaml")
    shutil.copytree(EXAMPLES / name, folder, ignore=left, dirs_exist_ok=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def example(tmp_path: Path, weld_simulator: Simulator) -> ExampleProject:
    """A stack of an example, by the name of its folder, with the simulator as its Weld."""

    def make(name: str) -> Project:
        project_name = re.search(r"^name: (\S+)$", (EXAMPLES / name / "Pulumi.yaml").read_text(), re.MULTILINE)
        assert project_name is not None
        project = Project(
            tmp_path,
            "",
            config={"weld:apiUrl": weld_simulator.url},
            secrets={"weld:apiKey": weld_simulator.api_key},
            name=project_name[1],
        )
        copy_example(name, project.folder)
        return project

    return make


def with_databricks_stub(project: Project, folder: Path) -> Project:
    """Lets the engine find the stand-in for Databricks' plugin."""
    project.env["PATH"] = os.pathsep.join([str(install(folder)), project.env["PATH"]])
    return project
