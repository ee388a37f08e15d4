"""The checks of `weld-pulumi doctor`, one function a subject; each yields findings and raises nothing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from .._version import __version__
from ..api.client import WeldClient
from ..config import Settings
from ..errors import AuthenticationError, WeldConfigError, WeldError
from .client_options import read_settings
from .interpreters import Interpreter, Runtime, belongs_to_another_user, read_runtime, weld_pulumi_version
from .project import PulumiFailedError, find_project, run_pulumi, stack_config

__all__ = ["FAILED", "OK", "SKIPPED", "WARNING", "Finding", "run_checks"]

OK, WARNING, FAILED, SKIPPED = "ok", "warning", "failed", "skipped"
_OLDEST_SDK, _OLDEST_CLI = (3, 268, 0), (3, 254, 0)
_PLUGIN = "pulumi-resource-pulumi-python"


@dataclass(frozen=True)
class Finding:
    """The result of one check, and what to do if it is not OK."""

    check: str
    status: str
    detail: str
    advice: str = ""


def run_checks(stack: str | None, api_url: str | None) -> Iterator[Finding]:
    """Run all checks, in an order in which each helps to understand the next."""
    yield Finding("Python", OK, f"{platform.python_version()} ({sys.executable})")
    yield _sdk()
    yield from _cli()
    yield from _project()
    yield from _weld(stack, api_url)


# Pulumi ----------------------------------------------------------------------------------------------------------


def _sdk() -> Finding:
    version = importlib.metadata.version("pulumi")
    if (_numbers(version) or (0,)) < _OLDEST_SDK:
        return Finding("Pulumi SDK", FAILED, f"{version} is too old", "Run `pip install --upgrade pulumi`.")
    return Finding("Pulumi SDK", OK, version)


def _cli() -> Iterator[Finding]:
    found = shutil.which("pulumi")
    if found is None:
        install = "Install it (https://www.pulumi.com/docs/install/) and put it on PATH."
        yield Finding("Pulumi CLI", FAILED, "there is no `pulumi` on PATH", install)
        return
    try:
        version = run_pulumi("version").strip()
    except PulumiFailedError as error:
        yield Finding("Pulumi CLI", FAILED, f"{found}: {error}", "Reinstall it: https://www.pulumi.com/docs/install/")
        return
    if (_numbers(version) or (0,)) < _OLDEST_CLI:
        needed = ".".join(map(str, _OLDEST_CLI))
        yield Finding(
            "Pulumi CLI", WARNING, f"{version} is old", f"Upgrade it: `weld-pulumi import` requires {needed}."
        )
    else:
        yield Finding("Pulumi CLI", OK, f"{version} ({found})")
    yield _plugin(Path(found))


def _plugin(cli: Path) -> Finding:
    folders = [str(cli.parent), str(cli.resolve().parent), os.environ.get("PATH", os.defpath)]
    found = shutil.which(_PLUGIN, path=os.pathsep.join(folders))
    if found is None:
        advice = "It comes with the Pulumi CLI and must be on PATH or beside `pulumi`: reinstall the CLI."
        return Finding("Pulumi plugin", FAILED, f"there is no {_PLUGIN}", advice)
    return Finding("Pulumi plugin", OK, found)


# The project -----------------------------------------------------------------------------------------------------


def _project() -> Iterator[Finding]:
    project = find_project()
    if project is None:
        yield Finding("Project", SKIPPED, "there is no Pulumi.yaml in this folder or above")
        return
    try:
        runtime = read_runtime(project)
    except ValueError as error:
        yield Finding("Project", FAILED, f"{project} cannot be read: {error}", "Fix the file.")
        return
    if runtime.language != "python":
        yield Finding("Project", SKIPPED, f"{project} is a project in {runtime.language}, not in Python")
        return
    if runtime.ambiguous_lock_file:
        advice = "Write `toolchain: pip` (or uv, poetry) under runtime.options in Pulumi.yaml."
        yield Finding(
            "Project", WARNING, f"{runtime.ambiguous_lock_file} makes Pulumi choose a toolchain automatically", advice
        )
    else:
        yield Finding("Project", OK, str(project))
    if belongs_to_another_user(project):
        detail = f"{project} or its folder belongs to another user, so its Python is not run"
        yield Finding("Project's Python", SKIPPED, detail)
    else:
        yield from _pythons(runtime)


def _pythons(runtime: Runtime) -> Iterator[Finding]:
    program, resources = runtime.of_program(), runtime.of_resources()
    if program == resources:
        yield _python("Project's Python", program, runtime)
        return
    yield _python("Python of the program", program, runtime)
    yield _python("Python of the resources", resources, runtime)


def _python(check: str, python: Interpreter, runtime: Runtime) -> Finding:
    if python.path is None:
        if runtime.folder != runtime.root and runtime.options.get("virtualenv"):
            advice = (
                "With `main` in Pulumi.yaml, `virtualenv` means one folder for the program and another one for the "
                "resources. Put the program beside Pulumi.yaml, or remove `virtualenv` and activate the environment."
            )
        else:
            advice = f"Create it, and run `pip install weld-pulumi=={__version__}` in it."
        return Finding(check, FAILED, f"{python.named}: there is no Python", advice)
    version, reason = weld_pulumi_version(python.path)
    if version is None:
        advice = f"Run `{python.path} -m pip install weld-pulumi`, or name another Python in Pulumi.yaml."
        return Finding(check, FAILED, f"{python.path} cannot import weld_pulumi: {reason}", advice)
    if version != __version__:
        detail = f"{python.path} has weld-pulumi {version}, this command is {__version__}"
        return Finding(check, WARNING, detail, "Install the same version in both.")
    return Finding(check, OK, f"{python.path} (weld-pulumi {version})")


# Weld ------------------------------------------------------------------------------------------------------------


def _weld(stack: str | None, api_url: str | None) -> Iterator[Finding]:
    try:
        settings, problem = read_settings(stack, api_url)
    except (WeldConfigError, PulumiFailedError) as error:
        yield Finding("Settings", FAILED, str(error), "Fix that first; Weld was not contacted.")
        return
    if problem:
        yield Finding("Stack", WARNING, f"its configuration cannot be read: {problem}", "It may hold the API key.")
    yield from _key(settings, stack)
    yield Finding("Address of Weld", OK, settings.api_url)
    if settings.api_key is None:
        yield Finding("Weld", SKIPPED, "not contacted without a key")
        return
    yield from _service(WeldClient(replace(settings, max_retries=min(1, settings.max_retries))))


def _key(settings: Settings, stack: str | None) -> Iterator[Finding]:
    try:
        settings.require_key()
    except WeldConfigError as error:
        yield Finding("API key", FAILED, "there is none", str(error).partition(". ")[2])
    else:
        yield Finding("API key", OK, f"from {settings.key_source}")
    if stack or find_project():
        yield from _stored_key(stack)


def _stored_key(stack: str | None) -> Iterator[Finding]:
    try:
        stored = stack_config(stack, show_secrets=False).get("weld:apiKey")
    except PulumiFailedError:
        return
    if stored is None:
        return
    if not stored.get("secret"):
        advice = "Run `pulumi config set --secret weld:apiKey` and paste it; create a new key if the file was shared."
        yield Finding("Stored key", WARNING, "weld:apiKey is stored in plain text", advice)
    if stack is None and os.environ.get("WELD_API_KEY"):
        advice = "`weld-pulumi doctor --stack NAME` checks that one."
        yield Finding("Stored key", WARNING, "the stack has a weld:apiKey, which `pulumi up` prefers", advice)


def _service(client: WeldClient) -> Iterator[Finding]:
    try:
        client.list_integrations()
    except AuthenticationError as error:
        yield Finding("Weld", OK, "reachable")
        yield Finding("Key accepted", FAILED, str(error))
        return
    except WeldError as error:
        yield Finding("Weld", FAILED, str(error))
        return
    yield Finding("Weld", OK, "reachable")
    yield Finding("Key accepted", OK, "yes")
    try:
        count = len(client.list_connections())
    except WeldError as error:
        yield Finding("Connections", FAILED, str(error))
        return
    yield Finding("Connections", OK, str(count))


def _numbers(version: str) -> tuple[int, ...] | None:
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(part or 0) for part in found.groups()) if found else None
