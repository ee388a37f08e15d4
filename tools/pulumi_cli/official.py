"""Downloads the official Pulumi CLI and compares it with the checksums that Pulumi publishes with each release."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import platform
import shutil
import tarfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from tools.console import SetupError, SignsOfLife, say, step
from tools.pulumi_cli.find import OFFICIAL_VERSION, official_folder
from tools.pulumi_cli.staging import TITLE, staging

__all__ = ["archive_name", "download", "download_is_reachable", "install_official"]

_PULUMI = "https://get.pulumi.com/releases/sdk"
_GITHUB = f"https://github.com/pulumi/pulumi/releases/download/v{OFFICIAL_VERSION}"
# Hosts, best first. Whoever can change an archive on one host cannot change the checksums on the other.
_ARCHIVES = (_PULUMI, _GITHUB)
_CHECKSUMS = (_GITHUB, _PULUMI)
_SUMS = f"pulumi-{OFFICIAL_VERSION}-checksums.txt"
# Failures of a network or an archive.
_FAILURES = (OSError, http.client.HTTPException, tarfile.TarError, EOFError)
_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
_MACHINES = {"x86_64": "x64", "amd64": "x64", "arm64": "arm64", "aarch64": "arm64"}

_INSTALLER = "https://get.pulumi.com/install.sh"  # requested to see whether the host answers; never run
_PROBE_SECONDS = 5.0
_SILENCE_SECONDS = 30.0
_DOWNLOAD_SECONDS = 900.0
_MOST_BYTES_OF_SUMS = 1024 * 1024
_CHUNK_BYTES = 256 * 1024

T = TypeVar("T")


def install_official(cache: Path) -> bool:
    """Install the official CLI into the cache, and return whether that succeeded.

    Raises:
        SetupError: the download is not what Pulumi published.
    """
    archive = archive_name()
    if archive is None:
        return False
    step(TITLE, f"checking whether the official download can be reached (at most {_PROBE_SECONDS:.0f} seconds)")
    if not download_is_reachable():
        say("    not from here")
        return False
    step(TITLE, f"installing the official {OFFICIAL_VERSION} into {cache} (about half a minute)")
    try:
        with staging(official_folder(cache)) as folder:
            download(archive, folder / "bin")
    except _FAILURES as error:
        say(f"    that failed ({error})")
        return False
    return True


def archive_name(system: str = platform.system(), machine: str = platform.machine()) -> str | None:
    """Return the name of the archive for a kind of machine, or None where Pulumi publishes none."""
    kind = _SYSTEMS.get(system), _MACHINES.get(machine.lower())
    return None if None in kind else f"pulumi-v{OFFICIAL_VERSION}-{kind[0]}-{kind[1]}.tar.gz"


def download_is_reachable(url: str = _INSTALLER, seconds: float = _PROBE_SECONDS) -> bool:
    """Return whether a URL answers within a few seconds, also where the lookup of its host hangs."""
    answers: list[bool] = []

    def probe() -> None:
        with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(url, timeout=seconds) as response:
            answers.append(response.status == 200)

    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(seconds)
    return answers == [True]


def download(
    name: str, folder: Path, archives: Sequence[str] = _ARCHIVES, checksums: Sequence[str] = _CHECKSUMS
) -> None:
    """Download an archive, verify it, and unpack its programs into a folder."""
    archive = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    try:
        digest = _from_first(archives, lambda base: _download(f"{base}/{name}", archive))
        _verify(name, digest, checksums)
        _unpack(archive, folder)
    finally:
        archive.unlink(missing_ok=True)


def _verify(name: str, digest: str, checksums: Sequence[str]) -> None:
    try:
        parts = _from_first(checksums, lambda base: list(_chunks(f"{base}/{_SUMS}", _MOST_BYTES_OF_SUMS)))
    except _FAILURES as error:
        say(f"    Pulumi's checksums cannot be reached ({error}), so the download is not verified")
        return
    lines = (line.split() for line in b"".join(parts).decode(errors="replace").splitlines())
    published = {words[1].lstrip("*"): words[0].lower() for words in lines if len(words) == 2}
    if published.get(name) != digest:
        raise SetupError(
            f"{name} is not what Pulumi published: its SHA-256 is {digest}, but {_SUMS} has "
            f"{published.get(name, 'no entry for it')}. Nothing was installed. Run this again, and if the problem "
            "persists, install the Pulumi CLI by hand."
        )
    say("    verified with Pulumi's checksums")


def _from_first(bases: Sequence[str], get: Callable[[str], T]) -> T:
    """Get something from the first host that has it."""
    for base in bases[:-1]:
        try:
            return get(base)
        except _FAILURES:
            continue
    return get(bases[-1])


def _download(url: str, target: Path) -> str:
    """Download into a file and return its SHA-256."""
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
        while chunk := response.read(_CHUNK_BYTES):
            size += len(chunk)
            if time.monotonic() > deadline or (most is not None and size > most):
                raise OSError(f"{url} does not end")
            yield chunk
        if size != int(response.headers.get("content-length") or size):
            raise OSError(f"{url} ended early")


def _unpack(archive: Path, folder: Path) -> None:
    """Write the programs of an archive into this folder, whatever their paths in the archive are."""
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            program = folder / Path(member.name).name
            with program.open("wb") as output:
                shutil.copyfileobj(content, output)
            program.chmod(0o755)
