"""A stand-in for the Pulumi CLI where only its answer matters: quick, and able to fail in any way."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

SECRET = "1b47061264138c4ac30d75fd1eb44270"
ENVELOPE = "4dabf18193072939515e22adb298388d"
_SCRIPT = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).resolve().parent
words = sys.argv[1:]
with (here / "asked").open("a") as asked:
    asked.write(json.dumps(words) + "\\n")
known = json.loads((here / "answers.json").read_text())
for answer in known:
    if all(word in words for word in answer["words"]):
        print(answer["stdout"])
        print(answer["stderr"], file=sys.stderr)
        sys.exit(answer["code"])
sys.exit("error: unexpected " + repr(words))
"""


class FakePulumi:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir()
        self.folder = folder
        self._answers: list[dict[str, Any]] = []
        self._write()
        for name in ("pulumi", "pulumi-resource-pulumi-python"):
            script = folder / name
            script.write_text(_SCRIPT.format(python=sys.executable))
            script.chmod(0o755)
        monkeypatch.setenv("PATH", os.pathsep.join([str(folder), str(Path(sys.executable).parent), "/usr/bin", "/bin"]))

    def answers(self, *words: str, stdout: object = "", stderr: str = "", code: int = 0) -> None:
        """To a command with all of these words; what was told later counts more."""
        text = stdout if isinstance(stdout, str) else json.dumps(stdout)
        self._answers.insert(0, {"words": words, "stdout": text, "stderr": stderr, "code": code})
        self._write()

    def asked(self) -> list[list[str]]:
        file = self.folder / "asked"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def _write(self) -> None:
        (self.folder / "answers.json").write_text(json.dumps(self._answers))


def secret(value: object) -> dict[str, str]:
    """A secret as an exported state has it."""
    return {ENVELOPE: SECRET, "plaintext": json.dumps(value)}


def project(folder: Path, text: str = "name: testing\nruntime: python\n") -> None:
    (folder / "Pulumi.yaml").write_text(text)
