"""Follow a page of the documentation as a reader does: write its files and run its commands, in order, in one folder.

    reader = Reader(tmp_path, env, instead={":8400": f":{port}"})
    for block in reader.follow("docs/start.md"):
        ...  # what the page asks a person to do by hand after this block

A block of code is, by its first line:

    ```python title="FILE"    a file to write; so for every language with a title
    ```sh                     commands, which succeed, unless a comment says "exit code 2", or "fails"
    ```sh title="Terminal"    a command that keeps running in a terminal of its own
    ```text                   lines that the commands before have printed; "…" stands for anything
    ```python                 a part of a program, which `snippets` returns for a test of its own
    ```diff                   lines to replace in a file, which the test of the page does
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from tests.support.terminal import Terminal
from tests.support.waiting import PATIENCE

__all__ = ["ROOT", "Block", "Reader", "blocks", "free_port", "pages", "snippets"]

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(
    r'^(?P<indent> *)```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^ *```$', re.MULTILINE | re.DOTALL
)
_ANSWERS = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Block:
    """A block of code of a page."""

    language: str
    title: str
    text: str
    section: str  # the heading of the second level above it

    @property
    def commands(self) -> list[str]:
        """Return the commands of a shell block, with their comments."""
        return [line for line in self.text.replace("\\\n", "").splitlines() if line.strip() and line[0] != "#"]

    @property
    def is_file(self) -> bool:
        return bool(self.title) and self.language != "sh"


def pages() -> list[str]:
    """Return every page of the documentation that a person writes, by its path in the repository."""
    return sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md"))


def blocks(page: str) -> list[Block]:
    """Return the blocks of code of a page, in order."""
    content = (ROOT / page).read_text("utf-8")
    found = []
    for fence in _FENCE.finditer(content):
        indent = len(fence["indent"])
        text = "".join(line[indent:] if line.strip() else line for line in fence["text"].splitlines(keepends=True))
        (section,) = re.findall(r"^## (.+)$", content[: fence.start()], re.MULTILINE)[-1:] or [""]
        found.append(Block(fence["language"], fence["title"] or "", text, section))
    return found


def free_port() -> int:
    """Return a port for a command of a page that names one."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def snippets(page: str) -> list[str]:
    """Return the parts of programs that a page shows."""
    return [block.text for block in blocks(page) if block.language == "python" and not block.title]


class Reader:
    """A person who follows a page; ``with`` ends what still runs.

    Attributes:
        folder: where the page begins.
        printed: what the commands of the last block printed.
    """

    def __init__(
        self,
        folder: Path,
        env: Mapping[str, str],
        instead: Mapping[str, str] | None = None,
        answers: Mapping[str, _ANSWERS] | None = None,
        *,
        in_terminal: bool = False,
    ) -> None:
        """Prepare to follow a page.

        Args:
            folder: an empty folder.
            env: environment of the first command; what a command exports, the next ones have.
            instead: parts of commands and files, and what they are replaced with here.
            answers: commands that ask something, each with what is waited for on the terminal, and what is typed then.
            in_terminal: run all commands in a terminal of 100 columns, and not only these.
        """
        self.folder = folder
        self.printed = ""
        self._env = dict(env)
        self._cwd = folder
        self._instead = dict(instead or {})
        self._answers = dict(answers or {})
        self._in_terminal = in_terminal
        self._running = ExitStack()

    def follow(self, page: str, section: str | None = None) -> Iterator[Block]:
        """Do what each block of a page (or of a section) says, and yield it, so that the test can go on by hand."""
        for block in blocks(page):
            if section in (None, block.section):
                self.do(block)
                yield block

    def do(self, block: Block) -> None:
        """Do what one block says."""
        if block.is_file:
            (self._cwd / block.title).parent.mkdir(parents=True, exist_ok=True)
            (self._cwd / block.title).write_text(self._replaced(block.text))
        elif block.language == "sh" and block.title:
            self._start(self._replaced(block.commands[0]))
        elif block.language == "sh":
            self.printed = "".join(self.run(command) for command in block.commands)
        elif block.language == "text":
            self.compare(block.text)

    def run(self, command: str) -> str:
        """Run one command; return what it prints."""
        expected = re.search(r"# (fails|exit code (\d+))", command)
        command = re.sub(r" +# .*", "", self._replaced(command))
        after = self.folder / ".after"
        script = f"set -a; {command}\ncode=$?\nenv -0 > {shlex.quote(str(after))}\nexit $code"
        answers = self._answers.get(command, ())
        code, printed = (self._on_screen if self._in_terminal or answers else self._in_pipe)(script, answers)
        right = code > 0 if expected and not expected[2] else code == int(expected[2] if expected else 0)
        assert right, f"$ {command}\nexit code {code}\n{printed}"
        self._env = dict(line.split("=", 1) for line in after.read_text().split("\0") if line)
        self._cwd = Path(self._env["PWD"])
        return printed

    def compare(self, text: str) -> None:
        """Assert that the last commands printed these lines, in this order."""
        printed = _even(self.printed)
        position = 0
        for line in filter(None, map(_even, text.splitlines())):
            pattern = ".*?".join(map(re.escape, line.split("…")))
            found = re.compile(pattern).search(printed, position)
            assert found, f"{line!r} was not printed:\n{self.printed}"
            position = found.end()

    def _on_screen(self, script: str, answers: _ANSWERS) -> tuple[int, str]:
        with Terminal(["bash", "-c", script], self._cwd, self._env, columns=100) as screen:
            for question, answer in answers:
                screen.until(question)
                screen.press(f"{answer}\r".encode())
            return screen.finish(), screen.text

    def _in_pipe(self, script: str, _answers: _ANSWERS) -> tuple[int, str]:
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=3 * PATIENCE,
            check=False,
        )
        return ran.returncode, ran.stdout

    def _start(self, command: str) -> None:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self._cwd,
            env={**self._env, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._running.callback(_end, process)
        assert process.stdout
        self.printed = process.stdout.readline().decode()
        assert process.poll() is None, self.printed

    def _replaced(self, text: str) -> str:
        for part, other in self._instead.items():
            text = text.replace(part, other)
        return text

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._running.close()


def _even(text: str) -> str:
    """Return a text in which the width of columns and lines makes no difference."""
    return re.sub(r"[\s│├└─]+", "", text)


def _end(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE)
