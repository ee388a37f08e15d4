"""What is in the wheel and the source distribution, and whether the package index would accept and show it."""

from __future__ import annotations

import email
import re
import subprocess
import sys
from collections.abc import Iterable
from email.message import Message
from pathlib import Path

from tools.release.building import Artifacts, members

__all__ = [
    "PLACEHOLDER",
    "changelog_problems",
    "metadata_of",
    "metadata_problems",
    "private_paths",
    "rendering_problems",
    "sdist_problems",
    "wheel_problems",
]

#: What stands in the project URLs until there is a public repository.
PLACEHOLDER = "github.com/example/"
_PACKAGE = ("weld_pulumi/", "weld_pulumi_pytest.py")
#: Besides the package; .gitignore is what hatchling puts into each source distribution.
_OF_SDIST = {"CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", ".gitignore"}
_ENTRY_POINTS = ("weld-pulumi = weld_pulumi.cli:main", "weld_pulumi = weld_pulumi_pytest")


def metadata_of(wheel: Path) -> Message:
    """Return the metadata of a wheel."""
    (data,) = (data for name, data in members(wheel).items() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(data)


def wheel_problems(wheel: Path, tracked: Iterable[str]) -> list[str]:
    """Compare the wheel with the package in git: all of it, its metadata, and nothing else."""
    files = members(wheel)
    (info,) = {name.split("/")[0] for name in files if ".dist-info/" in name}
    wanted = {f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")}
    problems = _compare("the wheel", files, wanted | _package(tracked))
    points = files.get(f"{info}/entry_points.txt", b"").decode()
    problems += [f"the wheel has no entry point {line!r}" for line in _ENTRY_POINTS if line not in points.splitlines()]
    if "weld_pulumi/py.typed" not in files:
        problems.append("the wheel has no py.typed, so type checkers ignore its types")
    return problems


def sdist_problems(sdist: Path, tracked: Iterable[str]) -> list[str]:
    """Compare the source distribution with git: what builds the wheel, and nothing else."""
    names = [name.partition("/")[2] for name in members(sdist)]
    return _compare("the source distribution", names, _OF_SDIST | _package(tracked))


def metadata_problems(metadata: Message) -> list[str]:
    """Return what a user would miss in the metadata."""
    wanted = ("Summary", "License-Expression", "License-File", "Keywords")
    problems = [f"no {name}" for name in wanted if name not in metadata]
    labels = {line.partition(",")[0] for line in metadata.get_all("Project-URL") or []}
    missing = {"Documentation", "Source", "Issues", "Changelog"} - labels
    problems += [f"no project URL {label!r}" for label in sorted(missing)]
    classifiers = metadata.get_all("Classifier") or []
    if "Typing :: Typed" not in classifiers:
        problems.append("no classifier 'Typing :: Typed'")
    # A relative link works in the repository only, not on the page of the package index.
    relative = re.findall(r"\]\((?!https?://|#)([^)]+)\)", str(metadata.get_payload()))
    problems += [f"the description has a relative link: {link}" for link in relative]
    return problems


def private_paths(archive: Path, places: Iterable[Path]) -> list[str]:
    """Return the members that hold a path of the machine that built them."""
    wanted = [str(place).encode() for place in places]
    return sorted(name for name, data in members(archive).items() if any(place in data for place in wanted))


def rendering_problems(artifacts: Artifacts) -> list[str]:
    """Ask twine, which renders the description as the package index does."""
    files = (str(artifacts.wheel), str(artifacts.sdist))
    command = [sys.executable, "-m", "twine", "--no-color", "check", "--strict"]
    ran = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    return [] if ran.returncode == 0 else [f"twine check: {(ran.stdout + ran.stderr).strip()}"]


def changelog_problems(changelog: str, version: str, tag: str | None) -> list[str]:
    """Return whether the changelog has the version, and for a release its date."""
    heading = re.search(rf"^## \[{re.escape(version)}\] - (.+)$", changelog, re.MULTILINE)
    if heading is None:
        return [f"CHANGELOG.md has no section '## [{version}] - DATE'"]
    problems = []
    if not re.search(rf"^\[{re.escape(version)}\]: https://", changelog, re.MULTILINE):
        problems.append(f"CHANGELOG.md has no link for [{version}]")
    if tag is not None and not re.fullmatch(r"\d{4}-\d\d-\d\d", heading[1]):
        problems.append(f"CHANGELOG.md has no date for {version}, but {heading[1]!r}")
    if tag is not None and tag != f"v{version}":
        problems.append(f"the tag is {tag}, but the version is {version}")
    return problems


def _package(tracked: Iterable[str]) -> set[str]:
    return {name for name in tracked if name.startswith(_PACKAGE)}


def _compare(what: str, found: Iterable[str], wanted: set[str]) -> list[str]:
    names = set(found)
    return [f"{what} lacks {name}" for name in sorted(wanted - names)] + [
        f"{what} has {name}, which does not belong there" for name in sorted(names - wanted)
    ]
