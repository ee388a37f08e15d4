"""What a person sees while the set-up runs: one line a step, signs of life, one sentence on failure."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SIGN_OF_LIFE_SECONDS = 10.0
SIGNS_PER_LINE = 12


class SetupError(Exception):
    """A failure that its text explains: what is wrong and what to do, in one sentence."""


def say(text: str) -> None:
    print(text, flush=True)


def step(title: str, detail: str) -> None:
    say(f"==> {title}: {detail}")


class SignsOfLife:
    """Prints the seconds that have gone by, every ten seconds, while something takes long."""

    def __init__(self) -> None:
        self._every = SIGN_OF_LIFE_SECONDS
        self._started = time.monotonic()
        self._shown = 0

    def tick(self) -> None:
        if time.monotonic() - self._started < self._every * (self._shown + 1):
            return
        start_of_line = self._shown % SIGNS_PER_LINE == 0
        self._shown += 1
        lead = ("\n    " if self._shown > 1 else "    ") if start_of_line else " "
        print(f"{lead}{self._shown * self._every:.0f} s", end="", flush=True)

    def close(self) -> None:
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
    """Runs a command with its output in a log file and signs of life on the screen; True when it succeeded."""
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
    """Ends a process that may still run: politely, then for certain."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_line(log: Path, containing: str = "") -> str:
    """The last line of a log that says something (and contains a word, where one is given)."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    telling = [line.strip() for line in lines if line.strip() and containing in line]
    return telling[-1] if telling else ""
