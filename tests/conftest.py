"""Fixtures of all tests, which isolate them from the settings of the person who runs them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.machine import ELSEWHERE
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

# A busy machine generates slowly; that is no defect of a test.
settings.register_profile("project", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(scope="session", autouse=True)
def _no_surroundings() -> Iterator[None]:
    """Unset variables that would affect tests; a test of one of them sets it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ELSEWHERE:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def _run_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(autouse=True)
def _own_folder_for_what_waits(_run_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the files of waiting connections in a folder of this test."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", tempfile.mkdtemp(dir=_run_folders))


@pytest.fixture(scope="session")
def _event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def event_loop(_event_loop: asyncio.AbstractEventLoop) -> None:
    """Set the event loop that Pulumi's mocks use. Python 3.14 no longer makes one."""
    asyncio.set_event_loop(_event_loop)


@pytest.fixture
def weld(weld_simulator: Simulator) -> Simulator:
    """Return Weld on localhost; other settings: ``pytest.mark.weld_simulator(…)``."""
    return weld_simulator


@pytest.fixture
def stack(tmp_path: Path, weld: Simulator) -> Stacks:
    """Return a factory of stacks that use `weld`: ``stack(program, config=…, secrets=…, env=…, files=…)``."""
    return Stacks(tmp_path, weld)
