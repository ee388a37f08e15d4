"""Run the examples, each in a copy of its folder, on the real engine against the simulator."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.engine import Project
from tests.support.examples import EXAMPLES, copy_example
from weld_pulumi.simulator import Simulator

ExampleProject = Callable[[str], Project]


@pytest.fixture
def example(tmp_path: Path, weld_simulator: Simulator) -> ExampleProject:
    """Return a function that creates the stack of an example, by its folder; all of a test are in one backend."""

    def make(name: str) -> Project:
        project_name = re.search(r"^name: (\S+)$", (EXAMPLES / name / "Pulumi.yaml").read_text(), re.MULTILINE)
        assert project_name is not None
        project = Project(
            tmp_path / name,
            "",
            config={"weld:apiUrl": weld_simulator.url},
            secrets={"weld:apiKey": weld_simulator.api_key},
            name=project_name[1],
            local=tmp_path / "pulumi",
        )
        copy_example(name, project.folder)
        return project

    return make
