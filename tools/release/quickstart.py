"""The quickstart out of the wheel: a real `pulumi up` against the simulator of the same environment."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from tools.console import SetupError
from tools.local_env import ROOT, environment
from tools.pulumi_cli.find import Cli
from tools.release.environments import run
from tools.simulator_process import API_KEY, SimulatorProcess, without_weld_settings

__all__ = ["QUICKSTART", "run_quickstart"]

QUICKSTART = ROOT / "__main__.py"
_STREAMS = {"weld_stripe": 2, "weld_stripe_billing": 2}


def run_quickstart(venv: Path, folder: Path, cli: Cli) -> None:
    """Run `up`, a second `up` that must change nothing, commands, and `destroy`; raise SetupError on failure."""
    project = folder / "quickstart"
    project.mkdir()
    for file in (QUICKSTART, ROOT / "Pulumi.yaml"):
        shutil.copyfile(file, project / file.name)
    (project / ".venv").symlink_to(venv)  # which Pulumi.yaml names
    env = environment(cli.directory, base=without_weld_settings(), local=folder / "pulumi", bin_folder=venv / "bin")
    with _weld(venv) as url:
        env |= {"WELD_API_URL": url, "WELD_API_KEY": API_KEY}

        def pulumi(*arguments: str) -> None:
            run(cli.executable, "--non-interactive", *arguments, cwd=project, env=env)

        pulumi("stack", "init", "check")
        pulumi("up", "--yes", "--skip-preview")
        pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")
        _check_syncs(venv, project, env)
        pulumi("destroy", "--yes", "--skip-preview")
        left = json.loads(run(venv / "bin" / "weld-pulumi", "syncs", "--json", cwd=project, env=env))
        if left:
            raise SetupError(f"`pulumi destroy` left syncs in Weld: {left}")


def _check_syncs(venv: Path, project: Path, env: dict[str, str]) -> None:
    command = venv / "bin" / "weld-pulumi"
    syncs = json.loads(run(command, "syncs", "--json", cwd=project, env=env))
    found = {
        sync["destination_schema_name"]: len(
            json.loads(run(command, "streams", sync["id"], "--json", cwd=project, env=env))
        )
        for sync in syncs
    }
    if found != _STREAMS:
        raise SetupError(f"Weld has these streams by schema: {found}, instead of {_STREAMS}")


@contextlib.contextmanager
def _weld(venv: Path) -> Iterator[str]:
    with SimulatorProcess("release-check", "--port", "0", "--auto-authorize", python=venv / "bin" / "python") as weld:
        yield weld.url
