"""What every example has, so that a copy of its folder is all that a user needs."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests.support.examples import EXAMPLES

FOLDERS = sorted(folder for folder in EXAMPLES.iterdir() if folder.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_example_folder_is_whole(folder: Path) -> None:
    project = next(file for file in (folder / "Pulumi.yaml", folder / "PulumiPolicy.yaml") if file.exists())
    runtime = yaml.safe_load(project.read_text())["runtime"]
    # Without these, a lock file beside the project or a python that is not activated breaks the dynamic provider.
    assert runtime == {"name": "python", "options": {"toolchain": "pip", "virtualenv": ".venv"}}
    assert (folder / "README.md").exists()
    assert (folder / "__main__.py").exists()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_requirements_take_what_the_tests_ran_with(folder: Path) -> None:
    for line in (folder / "requirements.txt").read_text().splitlines():
        requirement = Requirement(line)
        if requirement.name != "pulumi-policy":  # in an environment of its own
            assert requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_overview_names_every_example(folder: Path) -> None:
    assert f"({folder.name}/)" in (EXAMPLES / "README.md").read_text()
