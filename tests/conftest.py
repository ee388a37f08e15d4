"""What all tests share: nothing of the person who runs them is touched, and nothing of theirs decides an outcome."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.machine import ELSEWHERE
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator


@pytest.fixture(scope="session", autouse=True)
def _no_surroundings() -> Iterator[None]:
    """A test that is about one of these variables sets it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ELSEWHERE:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def _run_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(autouse=True)
def _own_folder_for_what_waits(_run_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a person is written to a folder of this test alone."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", tempfile.mkdtemp(dir=_run_folders))


@pytest.fixture
def weld(weld_simulator: Simulator) -> Simulator:
    """Weld on localhost; a module that needs other settings says so: ``pytest.mark.weld_simulator(…)``."""
    return weld_simulator


@pytest.fixture
def stack(tmp_path: Path, weld: Simulator) -> Stacks:
    """Makes stacks that speak to `weld`: ``stack(program, config=…, secrets=…, env=…, files=…)``."""
    return Stacks(tmp_path, weld)
