"""A workspace as large as they come, imported on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cli import STACK
from tests.support.engine import Project
from tests.support.importing import import_a_large_workspace
from weld_pulumi.simulator import Simulator


@pytest.mark.long
def test_three_thousand_streams_end_in_an_empty_preview(tmp_path: Path) -> None:
    with Simulator() as weld:
        config, secrets = {"weld:apiUrl": weld.url}, {"weld:apiKey": weld.api_key}
        stack = Project(tmp_path, "", config=config, secrets=secrets)
        stack.cli("stack", "select", STACK)
        import_a_large_workspace(weld, stack, connections=12, syncs=40, streams=3000)
