"""The folders of this checkout, and the environment in which it runs Pulumi.

All files are in folders that git ignores. The user's own Pulumi (home, login, stacks, settings) is neither used nor
changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCAL = ROOT / ".pulumi-local"
LOGS = LOCAL / "logs"
# Pulumi's file backend requires one; it protects only values of a simulator on this machine.
PASSPHRASE = "local"


def venv_bin() -> Path:
    """Return the folder of the programs in the virtual environment."""
    return VENV / "bin"


def without_user_settings(base: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the user's settings for Pulumi (token, stack, backend, …) and Python."""
    # Without bytecode, pytest and each program compile all modules again, which takes the tests minutes.
    unwanted = ("PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE")
    return {key: value for key, value in base.items() if not key.startswith("PULUMI_") and key not in unwanted}


def environment(
    cli: Path, *, base: Mapping[str, str] | None = None, local: Path = LOCAL, bin_folder: Path | None = None
) -> dict[str, str]:
    """Return the environment for a command: tools of the checkout first on PATH, its own Pulumi home."""
    env = without_user_settings(os.environ if base is None else base)
    home, state = local / "home", local / "state"
    for folder in (home, state):
        folder.mkdir(parents=True, exist_ok=True)
    first = [str(bin_folder or venv_bin()), str(cli)]
    env["PATH"] = os.pathsep.join([*first, env.get("PATH", os.defpath)])
    env["VIRTUAL_ENV"] = str((bin_folder or venv_bin()).parent)
    env["PULUMI_HOME"] = str(home)
    env["PULUMI_BACKEND_URL"] = f"file://{state}"
    env["PULUMI_CONFIG_PASSPHRASE"] = PASSPHRASE
    env["PULUMI_SKIP_UPDATE_CHECK"] = "true"
    env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return env
