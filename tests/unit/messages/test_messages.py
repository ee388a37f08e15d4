"""What every message reads like: whole sentences stand in these tables, and in no other test.

The functions of a table show a message, by the ways that show it to people; what they return is compared with the
text beside them. Other tests assert what a message names: ids, arguments, commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from weld_pulumi.simulator import Simulator

from .stage import Message, Stage, Table

SUBJECTS = (
    "responses",
    "arguments",
    "authorizations",
    "commands",
    "configuration",
    "connections",
    "doctor",
    "drift",
    "health",
    "elt_settings",
    "impact",
    "imports",
    "schedules",
    "stream_changes",
    "streams",
    "sync_runs",
    "syncs",
    "waiting_runs",
)
TABLES: dict[str, Table] = {subject: import_module(f"{__package__}.{subject}").TABLE for subject in SUBJECTS}
MESSAGES = [pytest.param(each, id=f"{subject}-{each.name}") for subject, table in TABLES.items() for each in table]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as made:
        yield made


@pytest.fixture
def stage(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A new Weld, in an empty folder on a machine without a browser."""
    simulator.reset()
    simulator.reset_readings()
    monkeypatch.chdir(tmp_path)
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return Stage(simulator)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_reads_as_the_table_says(message: Message, stage: Stage) -> None:
    assert stage.readable(message.shown(stage)) == message.text
