"""Where this checkout keeps what is its own, and the environment in which it runs Pulumi.

Everything lives in folders that git ignores; nothing of the user's own Pulumi (home, login, stacks, settings) is used
or changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCAL = ROOT / ".pulumi-local"
LOGS = LOCAL / "logs"
# Protects nothing but values of a simulator on this machine; Pulumi's file backend asks for one.
PASSPHRASE = "local"


def venv_bin() -> Path:
    return VENV / "bin"


def without_user_settings(base: Mapping[str, str]) -> dict[str, str]:
    """An environment without the user's own Pulumi settings (token, stack, backend, …) and Python set-up."""
    # Without bytecode pytest rewrites, and each program compiles, all modules anew: minutes for the tests.
    unwanted = ("PYTHONHOME", "__PYVENV_LAUNCHER__", "PYTHONDONTWRITEBYTECODE")
    return {key: value for key, value in base.items() if not key.startswith("PULUMI_") and key not in unwanted}


def environment(
    cli: Path, *, base: Mapping[str, str] | None = None, local: Path = LOCAL, bin_folder: Path | None = None
) -> dict[str, str]:
    """The environment for a command: tools of the checkout first on PATH, a Pulumi home and backend of its own."""
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
