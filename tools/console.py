"""What the set-up shows: a line for each step, signs of life in long ones, and one sentence on failure."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SIGN_OF_LIFE_SECONDS = 10.0
SIGNS_PER_LINE = 12


class SetupError(Exception):
    """A failure whose text states what is wrong and what to do."""


def say(text: str) -> None:
    """Print a line now."""
    print(text, flush=True)


def step(title: str, detail: str) -> None:
    """Print the beginning of a step."""
    say(f"==> {title}: {detail}")


class SignsOfLife:
    """Prints the elapsed seconds, every ten seconds, in a long step."""

    def __init__(self) -> None:
        self._interval = SIGN_OF_LIFE_SECONDS
        self._started = time.monotonic()
        self._shown = 0

    def tick(self) -> None:
        """Print the seconds if it is time."""
        if time.monotonic() - self._started < self._interval * (self._shown + 1):
            return
        start_of_line = self._shown % SIGNS_PER_LINE == 0
        self._shown += 1
        lead = ("\n    " if self._shown > 1 else "    ") if start_of_line else " "
        print(f"{lead}{self._shown * self._interval:.0f} s", end="", flush=True)

    def close(self) -> None:
        """End the line."""
        if self._shown:
            print(flush=True)


def run_long(
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
) -> bool:
    """Run a command with its output in a log and signs of life on the screen; return whether it succeeded."""
    log.parent.mkdir(parents=True, exist_ok=True)
    signs = SignsOfLife()
    deadline = None if timeout is None else time.monotonic() + timeout
    with log.open("ab") as output:
        output.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        output.flush()
        process = subprocess.Popen(
            list(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, cwd=cwd
        )
        try:
            while process.poll() is None:
                if deadline is not None and time.monotonic() > deadline:
                    output.write(f"\nstopped after {timeout:.0f} s\n".encode())
                    return False
                time.sleep(0.05)
                signs.tick()
        finally:
            signs.close()
            stop(process)
    return process.returncode == 0


def stop(process: subprocess.Popen[bytes], grace: float = 10.0) -> None:
    """Terminate a process that may still run, and kill it after `grace` seconds."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_line(log: Path, containing: str = "") -> str:
    """Return the last line of a log that is not empty and contains a text."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    found = [line.strip() for line in lines if line.strip() and containing in line]
    return found[-1] if found else ""
