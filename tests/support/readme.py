"""Follow "Getting started, From scratch" of the README step by step, in a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.cli import surroundings
from tests.support.person import agreeing
from tests.support.terminal import Terminal
from weld_pulumi.simulator import Simulator

__all__ = ["SETTLED", "Shown", "commands", "follow"]

COLUMNS = 100
README = Path(__file__).resolve().parents[2] / "README.md"
#: Needs a package registry; the environment of the tests is used instead of the one that it would create.
INSTALL = "pulumi install"
KEY = "pulumi config set --secret weld:apiKey"
UP = "pulumi up"
#: What differs from run to run, and what the docs show instead.
SETTLED = [
    (r"localhost:\d{5}/\w{5}", "localhost:41234/x7k2q"),
    (r"127\.0\.0\.1:\d+", "connect.weld.app"),
    # The duration determines the width of the column, and how much of the next one is visible.
    (r"created \(\S+\).*", "created (1s)"),
    (r"Status +I\w*", "Status"),
    (r"Duration: \S+", "Duration: 20s"),
    (r"[\w-]{14}(  weld_stripe  )(running|ok) .*", r"fP-6d4q_kr3IIg\1running  2        -         -"),
    (r"\bsync +schema .*error\b", "sync            schema       state    streams  finished  error"),
    ("─{50,}", "─" * 62),
]


@dataclass(frozen=True)
class Shown:
    """A command of the README, and the terminal when it has ended."""

    command: str
    screen: Terminal

    @property
    def recording(self) -> str:
        """Return the text for the docs, in which nothing differs from run to run."""
        text = "\n".join([f"$ {self.command}", *self.screen.screen.display])
        for pattern, same in SETTLED:
            text = re.sub(pattern, same, text)
        return "\n".join(line.rstrip() for line in text.split("\n")).rstrip() + "\n"


def commands() -> list[str]:
    """Return the commands of the section, without their comments."""
    return [line.partition("#")[0].strip() for line in _block("sh").splitlines()]


def follow(folder: Path, weld: Simulator) -> Iterator[Shown]:
    """Write the files that the README shows into an empty folder, and run its commands as a person does.

    Args:
        folder: an empty folder.
        weld: replaces connect.weld.app.
    """
    env = {**surroundings(folder / "pulumi"), **agreeing(folder), "WELD_API_URL": weld.url}
    project = folder / "weld"
    project.mkdir()
    (project / "__main__.py").write_text(_block("python"))
    (project / "Pulumi.yaml").write_text(_block("yaml"))
    for command in commands():
        if command == INSTALL:
            (project / ".venv").symlink_to(sys.prefix)
            continue
        with Terminal(command.split(), project, env, COLUMNS) as screen:
            if command == KEY:
                screen.until("value:")
                screen.press(f"{weld.api_key}\r".encode())
            if command == UP:
                screen.until("Do you want to perform this update")
                screen.press(b"yes\r")
            code = screen.finish()
            assert code == 0, screen.text
            yield Shown(command, screen)


def _block(language: str) -> str:
    section = README.read_text().partition("### From scratch")[2].partition("\n### ")[0]
    found = re.search(rf"^```{language}\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert found, f"README has no {language} below 'From scratch'"
    return found[1]
