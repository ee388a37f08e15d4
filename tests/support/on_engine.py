"""Commands in the folder of a program on the real engine."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from tests.support.engine import Project
from weld_pulumi.simulator import DEFAULT_API_KEY

#: Seconds until a test stops waiting for a command.
WAIT = 60.0


def weld_pulumi(stack: Project, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command as a person does, in the folder of the program."""
    command = [sys.executable, "-m", "weld_pulumi", *words]
    ran = subprocess.run(
        command, cwd=stack.folder, env=stack.env, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == code, ran.stderr
    assert DEFAULT_API_KEY not in ran.stdout + ran.stderr
    return ran


def until(condition: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until a condition is true, but not beyond the end of the process that has to make it true."""
    deadline = time.monotonic() + WAIT
    while not condition():
        if process is not None:
            assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "it did not come so far"
        time.sleep(0.02)
