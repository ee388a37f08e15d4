"""A stack that an earlier release deployed: today's code finds no difference in it, changes it, and destroys it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fixtures import stored_state
from tests.support.engine import Project
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False, clock=stored_state.settled_clock)

VERSIONS = sorted(path.stem.removeprefix("state-") for path in stored_state.FOLDER.glob("state-*.json"))


def test_a_state_of_the_first_release_is_stored() -> None:
    assert "0.1.0" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stored_state_is_about_no_machine(version: str) -> None:
    text = stored_state.stored(version)
    assert not re.search(r"/(root|home|work|tmp|usr|Users)/|127\.0\.0\.1|localhost", text)
    assert set(re.findall(r"20\d\d-\d\d-\d\dT[^\"\\]*", text)) <= {stored_state.CREATED}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stack_of_an_earlier_release_shows_no_difference_changes_and_is_destroyed(
    tmp_path: Path, weld: Simulator, version: str
) -> None:
    before = {row["id"] for row in weld.state()["connections"]}
    names = stored_state.objects(weld)
    weld.clear_requests()
    settings = stored_state.settings(weld, names["workflow-Nightly"])
    project = Project(tmp_path, stored_state.PROGRAM, **settings)
    project.set_state(stored_state.with_objects(stored_state.stored(version), weld, names))

    assert project.preview().changed == {}
    assert project.refresh(expect_no_changes=True).refreshed == {}
    assert project.up(expect_no_changes=True).changed == {}
    assert weld.writes() == []

    weld.patch_sync(names["sync-raw_payments"], sync_interval="5 5 * * *")
    assert project.preview(refresh=True).changed == {"payments": "update"}
    project.configure({"testing:interval": "0 0 * * *"})
    assert project.up(refresh=True).changed == {"payments": "update"}
    assert project.preview().changed == {}

    project.destroy()
    state = weld.state()
    assert (state["syncs"], state["streams"]) == ([], [])
    assert {row["id"] for row in state["connections"]} == before


@pytest.mark.long
def test_an_index_in_a_stack_of_an_earlier_release_waits_for_the_order_of_the_program(
    tmp_path: Path, weld: Simulator
) -> None:
    names = stored_state.objects(weld)
    weld.clear_requests()
    project = Project(tmp_path, stored_state.PROGRAM, **stored_state.settings(weld, names["workflow-Nightly"]))
    project.set_state(stored_state.with_objects(stored_state.stored("0.1.0"), weld, names))
    option = 'opts=pulumi.ResourceOptions(ignore_changes=["source_streams[0].hashed_columns"])'
    last = 'run_triggers={"version": 1},'
    ignoring = stored_state.PROGRAM.replace(last, f"{last} {option}")

    # In the order of 0.1 the first stream is one without hashed columns.
    project.write(ignoring)
    refused = project.preview(check=False)
    assert not refused.ok
    assert "leave the option out" in refused.text
    project.write(stored_state.PROGRAM)
    project.up(expect_no_changes=True)
    project.write(ignoring)
    for _ in range(2):
        project.up(expect_no_changes=True)
        weld.patch_sync(names["sync-raw_payments"], status="FAILED")
        project.refresh()
    assert weld.writes() == []
    entries = project.resource("payments")["inputs"]["source_streams"]
    assert [entry["name"] for entry in entries] == ["customers", "charges", "invoices"]
    assert entries[0]["hashed_columns"] == ["phone", "email"]
