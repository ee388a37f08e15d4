"""The programs of the changelog, from before to after."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from tests.support.engine import Project
from weld_pulumi.simulator import Simulator

CHANGELOG = Path(__file__).resolve().parents[2] / "CHANGELOG.md"


def test_a_program_that_follows_the_upgrade_notes_waits_for_its_data_and_changes_nothing_else(
    tmp_path: Path, weld_simulator: Simulator
) -> None:
    text = CHANGELOG.read_text()
    before, after = (
        dedent(block) for block in re.findall(r"^ +```python\n(.*?)^ +```", text, re.DOTALL | re.MULTILINE)
    )
    config, secrets = {"weld:apiUrl": weld_simulator.url}, {"weld:apiKey": weld_simulator.api_key}
    project = Project(tmp_path, before, config=config, secrets=secrets)
    project.up()
    project.write(after)
    assert project.up().changed == {"shop": "update", "shop-loaded": "create"}
    assert project.resource("shop-loaded")["outputs"]["status"] == "COMPLETED"
