"""What every example has, so that a copy of its folder is all that a user needs."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.support.examples import EXAMPLES

FOLDERS = sorted(folder for folder in EXAMPLES.iterdir() if folder.is_dir())
#: Most examples are one project; some have several, each in a folder of its own.
PROJECTS = sorted(file.parent for file in EXAMPLES.rglob("Pulumi*.yaml") if file.stem in ("Pulumi", "PulumiPolicy"))


def name_of(folder: Path) -> str:
    return str(folder.relative_to(EXAMPLES))


@pytest.mark.parametrize("folder", FOLDERS, ids=name_of)
def test_every_example_has_a_project_and_a_readme_and_is_in_the_overview(folder: Path) -> None:
    assert [project for project in PROJECTS if folder in (project, project.parent)]
    assert (folder / "README.md").exists()
    assert f"({folder.name}/)" in (EXAMPLES / "README.md").read_text()


@pytest.mark.parametrize("folder", PROJECTS, ids=name_of)
def test_every_project_is_whole(folder: Path) -> None:
    project = next(file for file in (folder / "Pulumi.yaml", folder / "PulumiPolicy.yaml") if file.exists())
    runtime = yaml.safe_load(project.read_text())["runtime"]
    # Without these, a lock file beside the project or a python that is not activated breaks the dynamic provider.
    assert runtime == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    assert (folder / "__main__.py").exists()


@pytest.mark.parametrize("folder", PROJECTS, ids=name_of)
def test_requirements_take_what_the_tests_ran_with(folder: Path) -> None:
    for line in (folder / "requirements.txt").read_text().splitlines():
        requirement = Requirement(line)
        if requirement.name != "pulumi-policy":  # in an environment of its own
            assert requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
