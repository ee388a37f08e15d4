"""Gets the Pulumi CLI where there is none: the official one, or one built from Go modules.

Either is made in a folder of its own and moved into the cache in one step, under a lock: a build that is killed leaves
neither half a CLI nor a lock, and two at once do not meet.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import pulumi_download
from tools.console import SetupError, last_line, run_long, say, step
from tools.local_env import LOGS, ROOT, without_user_settings
from tools.locking import exclusive
from tools.pulumi_cli import (
    COMPANIONS,
    OFFICIAL_VERSION,
    OLDEST_VERSION,
    SOURCE_HOST_VERSION,
    SOURCE_VERSION,
    Cli,
    Version,
    cache_folder,
    find_cli,
    find_in_cache,
    is_complete,
    official_folder,
    parse_version,
    source_folder,
)

_TITLE = "Pulumi CLI"
_INSTALLER = "https://get.pulumi.com/install.sh"  # asked for, to see whether the host answers; never run
_PROBE_SECONDS = 5.0
_STAGING = ".making-"
_SDK = "github.com/pulumi/pulumi/sdk/v3"


@dataclass(frozen=True)
class GoProgram:
    """One program, and the main module in tools/ that pins it and all it depends on."""

    name: str
    package: str
    version: str
    duration: str

    @property
    def module(self) -> Path:
        return ROOT / "tools" / ("pulumi-cli" if self.name == "pulumi" else self.name)


CLI = GoProgram("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", SOURCE_VERSION, "eight minutes on 2 cores")
HOST = GoProgram(COMPANIONS[0], f"{_SDK}/python/cmd/pulumi-language-python", SOURCE_HOST_VERSION, "20 seconds")
# Scripts that the CLI expects beside it; they are files of the SDK's module, of the CLI's own version.
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def ensure_cli(*, quiet: bool = False) -> Cli:
    """The CLI on PATH, else the cached one, else the official one, else one built with Go."""
    found = find_cli()
    if found is None:
        found = _make(cache_folder())
        say(f"    {found.executable}")
    elif not quiet:
        step(_TITLE, f"ready, {found}")
    return found


def _make(cache: Path) -> Cli:
    step(_TITLE, "none on PATH that is recent enough, and none in the cache")
    with exclusive(cache / ".lock", _TITLE):
        remove_leftovers(cache)
        found = find_in_cache(cache)  # whoever had the lock before may have made it
        if found is None and install_official(cache):
            found = find_in_cache(cache)
        if found is None:
            build_from_source(cache)
            found = find_in_cache(cache)
    if found is None:
        raise SetupError(f"The Pulumi CLI was made but is not whole; remove {cache} and run this again.")
    return found


def remove_leftovers(cache: Path) -> None:
    """What a killed build left; only the holder of the lock makes such folders."""
    for folder in cache.glob(f"{_STAGING}*"):
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def staging(target: Path) -> Iterator[Path]:
    """A folder to make the CLI in; moved to its place when the block ends well."""
    folder = Path(tempfile.mkdtemp(prefix=_STAGING, dir=target.parent))
    try:
        yield folder
        if is_complete(folder / "bin"):
            folder.chmod(0o755)
            shutil.rmtree(target, ignore_errors=True)  # only an incomplete one can be there
            folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- the official one -------------------------------------------------------------------------------------------------


def download_is_reachable(url: str = _INSTALLER, seconds: float = _PROBE_SECONDS) -> bool:
    """Whether Pulumi's download answers within a few seconds (in a thread: looking a name up knows no time limit)."""
    answers: list[bool] = []

    def ask() -> None:
        with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(url, timeout=seconds) as response:
            answers.append(response.status == 200)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return answers == [True]


def install_official(cache: Path) -> bool:
    archive = pulumi_download.archive_name()
    if archive is None:
        return False
    step(_TITLE, f"asking whether the official download can be reached (at most {_PROBE_SECONDS:.0f} seconds)")
    if not download_is_reachable():
        say("    not from here")
        return False
    step(_TITLE, f"installing the official {OFFICIAL_VERSION} into {cache} (half a minute or so)")
    try:
        with staging(official_folder(cache)) as folder:
            pulumi_download.install(archive, folder / "bin")
    except pulumi_download.FAILURES as error:
        say(f"    that failed ({error})")
        return False
    return True


# --- the one built from source ----------------------------------------------------------------------------------------


def build_from_source(cache: Path) -> None:
    check_go()
    log = LOGS / "pulumi-build.log"
    log.unlink(missing_ok=True)
    with staging(source_folder(cache)) as folder:
        (folder / "bin").mkdir()
        _download_modules(log)
        for program in (CLI, HOST):
            _build(program, folder / "bin" / program.name, log)
        _copy_scripts(folder / "bin")


def check_go() -> None:
    needed = parse_version(_go_line(CLI.module / "go.mod"))
    found = go_version(CLI.module)
    assert needed is not None
    if found is None or found < needed:
        wanted = ".".join(map(str, needed))
        has = f"Go {'.'.join(map(str, found))} is too old for it" if found else "there is no Go to build it"
        raise SetupError(
            f"There is no Pulumi CLI here, it could not be downloaded, and {has}; install the Pulumi CLI "
            f"({'.'.join(map(str, OLDEST_VERSION))} or newer) or Go {wanted} or newer, then run this again."
        )


def _go_line(module_file: Path) -> str:
    """The `go 1.x.y` line of a go.mod."""
    return next((line for line in module_file.read_text().splitlines() if line.startswith("go ")), "go 0.0")


def go_version(folder: Path) -> Version | None:
    """Go's version in a module's folder, where Go may take a newer tool chain if it can get one."""
    go = shutil.which("go")
    if go is None:
        return None
    try:
        answer = subprocess.run(
            [go, "version"], capture_output=True, text=True, cwd=folder, env=_go_env(), timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(answer.stdout) if answer.returncode == 0 else None


def _go_env() -> dict[str, str]:
    env = without_user_settings(os.environ)
    # Built for this machine and from these modules alone, whatever the user's defaults for Go are.
    for name in ("GOOS", "GOARCH", "GOBIN", "GOEXPERIMENT"):
        env.pop(name, None)
    env.update(CGO_ENABLED="0", GOWORK="off", GO111MODULE="on", GOFLAGS="-mod=readonly -buildvcs=false")
    return env


def _download_modules(log: Path) -> None:
    step(_TITLE, "downloading the Go modules of the CLI (about a minute; with the build 3 GB of disk)")
    for program in (CLI, HOST):
        # Asks for the packages that are built, which is far less than every module that go.mod names.
        command = ["go", "list", "-deps", program.package]
        if not run_long(command, log, env=_go_env(), cwd=program.module):
            raise SetupError(
                f"The Go modules of the Pulumi CLI could not be downloaded ({last_line(log)}); check that Go reaches "
                f"its module proxy (go env GOPROXY), or install the Pulumi CLI, then run this again (all of it: {log})."
            )


def _build(program: GoProgram, output: Path, log: Path) -> None:
    step(_TITLE, f"building {program.name} {program.version} with Go (once a machine; about {program.duration})")
    version = f"-X {_SDK}/go/common/version.Version=v{program.version}"
    command = ["go", "build", "-trimpath", "-tags", "osusergo,grpcnotrace", "-ldflags", f"-w -s {version}"]
    if not run_long([*command, "-o", output, program.package], log, env=_go_env(), cwd=program.module):
        raise SetupError(f"Go could not build {program.name} ({last_line(log)}); all of it: {log}.")


def _copy_scripts(folder: Path) -> None:
    answer = subprocess.run(
        ["go", "mod", "download", "-json", _SDK],
        capture_output=True,
        text=True,
        cwd=CLI.module,
        env=_go_env(),
        check=False,
    )
    if answer.returncode != 0:
        raise SetupError(f"Go did not tell where the module {_SDK} is ({answer.stderr.strip()}).")
    source = Path(json.loads(answer.stdout)["Dir"])
    for script in SCRIPTS:
        target = folder / Path(script).name
        shutil.copyfile(source / script, target)
        target.chmod(0o755)
