"""Builds the wheel and the source distribution reproducibly, and proves it by building them again."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.console import SetupError

__all__ = [
    "ELSEWHERE",
    "HERE",
    "Artifacts",
    "Surroundings",
    "build",
    "build_from_sdist",
    "copy_tracked",
    "differences",
    "epoch_of",
    "members",
    "tracked",
    "uncommitted",
]


@dataclass(frozen=True)
class Artifacts:
    """What a release uploads."""

    wheel: Path
    sdist: Path

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each file by its name."""
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (self.sdist, self.wheel)}


@dataclass(frozen=True)
class Surroundings:
    """What differs between two machines that build the same commit, and must not be seen in the result."""

    variables: Mapping[str, str]
    umask: int
    modified: int  # seconds since 1970, of each source file


HERE = Surroundings({"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}, 0o022, 1_700_000_000)
ELSEWHERE = Surroundings({"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "2"}, 0o077, 1_000_000_000)


def epoch_of(root: Path) -> int:
    """Return the time of the last commit, which the built files carry instead of the time of the build."""
    return int(_git(root, "log", "-1", "--format=%ct"))


def tracked(root: Path) -> list[str]:
    """Return the files that git tracks."""
    return [name for name in _git(root, "ls-files", "-z").split("\0") if name and (root / name).is_file()]


def uncommitted(root: Path) -> bool:
    """Return whether the checkout differs from its last commit."""
    return bool(_git(root, "status", "--porcelain"))


def copy_tracked(root: Path, target: Path, modified: int) -> Path:
    """Copy the files that git tracks, so that nothing else of a checkout gets into a release."""
    for name in tracked(root):
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, copy)
        os.utime(copy, (modified, modified))
    return target


def build(source: Path, output: Path, epoch: int, surroundings: Surroundings = HERE) -> Artifacts:
    """Build both files from a folder of sources."""
    _hatchling(source, output, epoch, surroundings)
    (wheel,) = output.glob("*.whl")
    (sdist,) = output.glob("*.tar.gz")
    return Artifacts(wheel, sdist)


def build_from_sdist(sdist: Path, folder: Path, epoch: int) -> Path:
    """Build the wheel from a source distribution, as pip does for those who want no wheels."""
    for name, data in members(sdist).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (source,) = folder.iterdir()
    _hatchling(source, folder / "dist", epoch, ELSEWHERE, "--target", "wheel")
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def differences(first: Path, second: Path) -> list[str]:
    """Return in what two builds of one file differ: nothing if they are equal byte by byte."""
    if first.read_bytes() == second.read_bytes():
        return []
    one, two = members(first), members(second)
    changed = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
    return changed or ["order, times or modes of the members"]


def members(archive: Path) -> dict[str, bytes]:
    """Return the files in a wheel or a source distribution by name."""
    content = io.BytesIO(archive.read_bytes())
    if archive.suffix == ".whl":
        with zipfile.ZipFile(content) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(fileobj=content) as sdist:
        files = ((member, sdist.extractfile(member)) for member in sdist)
        return {member.name: file.read() for member, file in files if file is not None}


def _hatchling(source: Path, output: Path, epoch: int, surroundings: Surroundings, *options: str) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(output), *options]
    env = {**os.environ, **surroundings.variables, "SOURCE_DATE_EPOCH": str(epoch)}
    ran = subprocess.run(
        command, cwd=source, env=env, umask=surroundings.umask, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise SetupError(f"hatchling could not build {source.name}: {ran.stderr.strip() or ran.stdout.strip()}")


def _git(root: Path, *arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise SetupError(f"`git {' '.join(arguments)}` failed: {ran.stderr.strip()}. A release is built from git.")
    return ran.stdout.strip()
