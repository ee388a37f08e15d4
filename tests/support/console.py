"""Run the commands that the README of an example shows, as a person types them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from tests.support.engine import Project, Result

__all__ = ["commands_below", "run_as_shown", "section"]

#: Commands that ask for consent, which nobody gives here.
_ASKING = {"up", "destroy", "refresh"}


def section(readme: Path, heading: str) -> str:
    """Return what stands below a heading, up to the next one of any level."""
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^##+ |\Z)", readme.read_text(), re.DOTALL | re.MULTILINE)
    assert found, f"{readme} has no {heading!r}"
    return found[1]


def commands_below(readme: Path, heading: str) -> list[list[str]]:
    """Return the arguments of each `pulumi …` that is shown below a heading."""
    return [shlex.split(line) for line in re.findall(r"^\$ pulumi (.*)$", section(readme, heading), re.MULTILINE)]


def run_as_shown(project: Project, words: list[str], *, check: bool = True) -> Result:
    """Run a command of a README on the selected stack, with consent where it would ask."""
    consent = ["--yes", "--skip-preview"] if words[0] in _ASKING else []
    return project.cli(*words, *consent, "--color", "never", check=check)
