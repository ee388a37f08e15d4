"""Downloads the official Pulumi CLI and compares it with the checksums that Pulumi publishes beside each release."""

from __future__ import annotations

import hashlib
import http.client
import platform
import shutil
import tarfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from tools.console import SetupError, SignsOfLife, say
from tools.pulumi_cli import OFFICIAL_VERSION

__all__ = ["ARCHIVES", "CHECKSUMS", "FAILURES", "archive_name", "install"]

_PULUMI = "https://get.pulumi.com/releases/sdk"
_GITHUB = f"https://github.com/pulumi/pulumi/releases/download/v{OFFICIAL_VERSION}"
# Where the files are, best first. Who could change an archive on the one host cannot change the sums on the other.
ARCHIVES = (_PULUMI, _GITHUB)
CHECKSUMS = (_GITHUB, _PULUMI)
# What a network and an archive can do wrong.
FAILURES = (OSError, http.client.HTTPException, tarfile.TarError, EOFError)

T = TypeVar("T")

_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}
_SUMS = f"pulumi-{OFFICIAL_VERSION}-checksums.txt"
_MOST_SUMS = 1024 * 1024
_AT_ONCE = 256 * 1024
_SILENCE_SECONDS = 30.0
_DOWNLOAD_SECONDS = 900.0


def archive_name(system: str = platform.system(), machine: str = platform.machine()) -> str | None:
    """The name of the archive for a kind of machine; None where Pulumi publishes none."""
    kind = _SYSTEMS.get(system), _MACHINES.get(machine.lower())
    return None if None in kind else f"pulumi-v{OFFICIAL_VERSION}-{kind[0]}-{kind[1]}.tar.gz"


def install(name: str, folder: Path, archives: Sequence[str] = ARCHIVES, checksums: Sequence[str] = CHECKSUMS) -> None:
    """Put the programs of an archive into a folder.

    Raises:
        SetupError: the archive is not the one that Pulumi published.
        OSError: it could not be downloaded; so do the others of `FAILURES`.
    """
    archive = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = _first(archives, lambda base: _download(f"{base}/{name}", archive))
        _verify(name, found, checksums)
        _unpack(archive, folder)
    finally:
        archive.unlink(missing_ok=True)


def _verify(name: str, found: str, checksums: Sequence[str]) -> None:
    try:
        text = _first(checksums, lambda base: b"".join(_chunks(f"{base}/{_SUMS}", _MOST_SUMS)).decode(errors="replace"))
    except FAILURES as error:
        say(f"    Pulumi's checksums cannot be had ({error}), so the download is not verified")
        return
    lines = (line.split() for line in text.splitlines())
    published = {words[1].lstrip("*"): words[0].lower() for words in lines if len(words) == 2}
    if published.get(name) != found:
        raise SetupError(
            f"{name} is not what Pulumi published: its SHA-256 is {found}, {_SUMS} says "
            f"{published.get(name, 'nothing of it')}; nothing was installed. Run this again, and if it stays so, "
            "install the Pulumi CLI by hand."
        )
    say("    verified by Pulumi's checksums")


def _first(bases: Sequence[str], get: Callable[[str], T]) -> T:
    """What can be had from the first of some places that has it."""
    for base in bases[:-1]:
        try:
            return get(base)
        except FAILURES:
            continue
    return get(bases[-1])


def _download(url: str, target: Path) -> str:
    """Write what is there into a file; its SHA-256."""
    digest = hashlib.sha256()
    signs = SignsOfLife()
    try:
        with target.open("wb") as output:
            for chunk in _chunks(url):
                output.write(chunk)
                digest.update(chunk)
                signs.tick()
    finally:
        signs.close()
    return digest.hexdigest()


def _chunks(url: str, most: int | None = None) -> Iterator[bytes]:
    deadline = time.monotonic() + _DOWNLOAD_SECONDS
    with urllib.request.urlopen(url, timeout=_SILENCE_SECONDS) as response:
        if urlsplit(response.url).scheme != urlsplit(url).scheme:
            raise OSError(f"{url} leads to {response.url}")
        size = 0
        while chunk := response.read(_AT_ONCE):
            size += len(chunk)
            if time.monotonic() > deadline or (most is not None and size > most):
                raise OSError(f"{url} does not come to an end")
            yield chunk
        if size != int(response.headers.get("content-length") or size):
            raise OSError(f"{url} ended early")


def _unpack(archive: Path, folder: Path) -> None:
    """Take the programs out; whatever path one has in the archive, it is written into this folder."""
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            program = folder / Path(member.name).name
            with program.open("wb") as output:
                shutil.copyfileobj(content, output)
            program.chmod(0o755)
