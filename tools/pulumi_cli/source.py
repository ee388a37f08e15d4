"""Builds the Pulumi CLI from Go modules, where the official download cannot be reached.

The folders `pulumi` and `pulumi-language-python` each hold a main module that pins the program and its dependencies.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.console import SetupError, last_line, run_long, step
from tools.local_env import LOGS, without_user_settings
from tools.pulumi_cli.find import (
    COMPANIONS,
    OLDEST_VERSION,
    SOURCE_HOST_VERSION,
    SOURCE_VERSION,
    Version,
    parse_version,
    source_folder,
)
from tools.pulumi_cli.staging import TITLE, staging

__all__ = ["CLI", "HOST", "build_from_source", "check_go"]

_SDK = "github.com/pulumi/pulumi/sdk/v3"


@dataclass(frozen=True)
class GoProgram:
    """A program to build."""

    name: str
    package: str
    version: str
    duration: str

    @property
    def module(self) -> Path:
        """Return the folder of its main module."""
        return Path(__file__).parent / self.name


CLI = GoProgram("pulumi", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", SOURCE_VERSION, "eight minutes on 2 cores")
HOST = GoProgram(COMPANIONS[0], f"{_SDK}/python/cmd/pulumi-language-python", SOURCE_HOST_VERSION, "20 seconds")
# Scripts that the CLI expects beside it; they are files of the SDK's module in the version of the CLI.
_SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def build_from_source(cache: Path) -> None:
    """Build the CLI into the cache; raise SetupError where that is impossible."""
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
    """Raise SetupError unless Go is recent enough."""
    go_line = next(line for line in (CLI.module / "go.mod").read_text().splitlines() if line.startswith("go "))
    needed = parse_version(go_line)
    found = _go_version(CLI.module)
    assert needed is not None
    if found is None or found < needed:
        wanted = ".".join(map(str, needed))
        has = f"Go {'.'.join(map(str, found))} is too old for it" if found else "there is no Go to build it"
        raise SetupError(
            f"There is no Pulumi CLI here, it could not be downloaded, and {has}; install the Pulumi CLI "
            f"({'.'.join(map(str, OLDEST_VERSION))} or newer) or Go {wanted} or newer, then run this again."
        )


def _go_version(folder: Path) -> Version | None:
    """Return the version of Go in the folder of a module, where Go may use a newer toolchain if it can get one."""
    go = shutil.which("go")
    if go is None:
        return None
    try:
        ran = subprocess.run(
            [go, "version"], capture_output=True, text=True, cwd=folder, env=_go_env(), timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(ran.stdout) if ran.returncode == 0 else None


def _go_env() -> dict[str, str]:
    env = without_user_settings(os.environ)
    # Build for this machine and from these modules only, whatever the user's defaults for Go are.
    for name in ("GOOS", "GOARCH", "GOBIN", "GOEXPERIMENT"):
        env.pop(name, None)
    env.update(CGO_ENABLED="0", GOWORK="off", GO111MODULE="on", GOFLAGS="-mod=readonly -buildvcs=false")
    return env


def _download_modules(log: Path) -> None:
    step(TITLE, "downloading the Go modules of the CLI (about a minute; with the build 3 GB of disk)")
    for program in (CLI, HOST):
        # Lists the packages that are built, which needs far fewer modules than go.mod names.
        command = ["go", "list", "-deps", program.package]
        if not run_long(command, log, env=_go_env(), cwd=program.module):
            raise SetupError(
                f"The Go modules of the Pulumi CLI could not be downloaded ({last_line(log)}). Check that Go reaches "
                f"its module proxy (go env GOPROXY), or install the Pulumi CLI; then run this again. Full log: {log}"
            )


def _build(program: GoProgram, output: Path, log: Path) -> None:
    step(TITLE, f"building {program.name} {program.version} with Go (once a machine; about {program.duration})")
    version = f"-X {_SDK}/go/common/version.Version=v{program.version}"
    command = ["go", "build", "-trimpath", "-tags", "osusergo,grpcnotrace", "-ldflags", f"-w -s {version}"]
    if not run_long([*command, "-o", output, program.package], log, env=_go_env(), cwd=program.module):
        raise SetupError(f"Go could not build {program.name} ({last_line(log)}). Full log: {log}")


def _copy_scripts(folder: Path) -> None:
    command = ["go", "mod", "download", "-json", _SDK]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=CLI.module, env=_go_env(), check=False)
    if ran.returncode != 0:
        raise SetupError(f"Go could not locate the module {_SDK} ({ran.stderr.strip()}).")
    source = Path(json.loads(ran.stdout)["Dir"])
    for script in _SCRIPTS:
        target = folder / Path(script).name
        shutil.copyfile(source / script, target)
        target.chmod(0o755)
