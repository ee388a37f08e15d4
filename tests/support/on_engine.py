"""Commands in the folder of a program that the real engine runs."""

from __future__ import annotations

import subprocess
import sys

from tests.support.engine import Project
from weld_pulumi.simulator import DEFAULT_API_KEY


def weld_pulumi(stack: Project, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """A command as people type it in the folder of the program."""
    command = [sys.executable, "-m", "weld_pulumi", *words]
    ran = subprocess.run(
        command, cwd=stack.folder, env=stack.env, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == code, ran.stderr
    assert DEFAULT_API_KEY not in ran.stdout + ran.stderr
    return ran
