"""The workflow files of this repository, and those that users copy, say what is true of the project."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FOR_USERS = sorted((ROOT / "examples").glob("*/**/*.yml"))
PINNED = re.compile(r"uses: (\S+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)\b")


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in yaml.safe_load(file.read_text())["jobs"].values() for step in job["steps"]]


def targets() -> set[str]:
    """Return what the Makefile can make, as make itself has read it."""
    words = ["make", "--no-print-directory", "--print-data-base", "--question", "help"]
    read = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert "\n# Files\n" in read
    return set(re.findall(r"(?<!# Not a target:\n)^([a-z-]+):", read, re.MULTILINE))


def promised() -> list[str]:
    """Return the versions of Python that the classifiers name."""
    return re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_a_workflow_of_the_repository_calls_only_what_make_can_make(file: Path) -> None:
    called = [word for step in steps(file) for word in re.findall(r"^make (\S+)$", step.get("run", ""), re.MULTILINE)]
    assert called
    assert set(called) <= targets()


def test_the_tests_run_on_every_python_that_the_classifiers_promise() -> None:
    tests = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())["jobs"]
    assert tests["quick"]["strategy"]["matrix"]["python"] == promised()


@pytest.mark.parametrize("name", ["tests.yml", "release.yml"])
def test_the_release_is_tried_on_every_python_that_the_classifiers_promise(name: str) -> None:
    installed = [
        str(step["with"]["python-version"]).split()
        for step in steps(ROOT / ".github" / "workflows" / name)
        if step.get("uses", "").startswith("actions/setup-python@")
    ]
    assert promised() in installed


def test_an_action_is_pinned_to_the_same_commit_in_every_workflow_file() -> None:
    pins: dict[str, set[tuple[str, str]]] = {}
    for file in [*OURS, *FOR_USERS]:
        text = file.read_text()
        found = PINNED.findall(text)
        assert len(found) == text.count("uses: "), f"{file}: an action without its commit, or without its version"
        for action, commit, version in found:
            pins.setdefault(action, set()).add((commit, version))
    assert {action: len(each) for action, each in pins.items() if len(each) > 1} == {}
    assert len(pins) > 10


def test_every_example_of_workflows_is_linted() -> None:
    makefile = (ROOT / "Makefile").read_text()
    patterns = re.search(r"^WORKFLOWS := \$\(wildcard (.+)\)$", makefile, re.MULTILINE)
    assert patterns
    linted = {file for pattern in patterns[1].split() for file in ROOT.glob(pattern)}
    assert linted == {*OURS, *FOR_USERS}
