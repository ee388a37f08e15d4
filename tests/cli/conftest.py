"""Fixtures to run commands against Weld on localhost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner, Result

from tests.support.cli import STACK
from tests.support.engine import Project
from weld_pulumi.cli import cli
from weld_pulumi.simulator import Simulator

from .fake_pulumi import FakePulumi


class Run(Protocol):
    def __call__(self, *words: str, code: int = 0, input: str | None = None, **env: str | None) -> Result: ...


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run commands in an empty folder, without the settings of the person who runs the tests or a browser."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in ("WELD_API_KEY", "WELD_API_URL", "WELD_TRACEBACK", "BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(weld: Simulator) -> Run:
    """Return a function that runs a command and checks its exit code; keywords set variables (None: unset)."""

    def run(*words: str, code: int = 0, input: str | None = None, **env: str | None) -> Result:
        settings = {"WELD_API_KEY": weld.api_key, "WELD_API_URL": weld.url, "WELD_MAX_RETRIES": "0", **env}
        result = CliRunner(env=settings).invoke(cli, words, input=input)
        assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
        return result

    return run


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """Return a fake `pulumi` on PATH, the only one there, that responds as a test defines."""
    return FakePulumi(tmp_path / "fake", monkeypatch)


@pytest.fixture
def stack(tmp_path: Path, weld: Simulator) -> Project:
    """Return the selected stack, configured with the URL and the key of `weld`."""
    made = Project(tmp_path, "", config={"weld:apiUrl": weld.url}, secrets={"weld:apiKey": weld.api_key})
    made.cli("stack", "select", STACK)
    return made


def data_of(result: Result) -> Any:
    return json.loads(result.stdout)


def cells(line: str) -> list[str]:
    return [cell for cell in line.split("  ") if cell.strip()]
