"""examples/many-sources: a table in the configuration of the stack, and a pipeline for each row."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
import pytest
import yaml

from tests.examples.conftest import ExampleProject
from tests.support.at_weld import streams_of, sync_into
from tests.support.console import commands_below, run_as_shown, section
from tests.support.engine import Project
from tests.support.examples import EXAMPLES, module_of
from weld_pulumi.simulator import Simulator

FOLDER = EXAMPLES / "many-sources"
README = FOLDER / "README.md"
KEY = "many-sources:sources"
TABLE: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "Pulumi.dev.yaml").read_text())["config"][KEY]
ROW = TABLE["stripe"]


def without(row: dict[str, Any], *columns: str) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column not in columns}


def existing_connection(identifier: str, schema: str) -> dict[str, Any]:
    """Return a row on a connection that exists."""
    return {**without(ROW, "integration", "label"), "connection_id": identifier, "schema": schema}


def configure(project: Project, table: object) -> Project:
    project.configure({KEY: json.dumps(table)})
    return project


def changed_types(project: Project) -> dict[str, set[str]]:
    """Preview; return the operations by the name of the row."""
    found: dict[str, set[str]] = {}
    for step in project.preview().steps:
        if step.op != "same" and not step.is_bookkeeping:
            found.setdefault(step.name, set()).add(f"{step.op} {step.type.rpartition(':')[2]}")
    return found


def test_each_row_of_the_table_becomes_a_connection_and_a_sync_in_a_component(
    example: ExampleProject, weld_simulator: Simulator
) -> None:
    project = configure(example("many-sources"), TABLE)
    project.up()
    outputs = project.outputs()
    for name, row in TABLE.items():
        sync = sync_into(weld_simulator, row["schema"])
        assert (sync["sync_interval"], sync["enabled"]) == (row["schedule"], True)
        assert outputs["syncs"][name] == sync["id"]
    labels = {each["label"] for each in weld_simulator.state()["connections"] if each["integration_id"] != "databricks"}
    assert labels >= {row["label"] for row in TABLE.values()}
    customers = streams_of(weld_simulator, sync_into(weld_simulator, "weld_stripe")["id"])["customers"]
    assert customers["hashed_columns"] == ["email", "phone"]

    urns = {each["urn"]: each for each in project.resources()}
    assert len(urns) == 3 * len(TABLE)
    for each in urns.values():
        if each["type"].startswith("pulumi-python"):
            parent = urns[each["parent"]]
            assert parent["type"] == "weld-pipelines:index:Pipeline"
            assert parent["urn"].rpartition("::")[2] == each["urn"].rpartition("::")[2]


@pytest.mark.long
def test_a_change_of_one_row_touches_only_its_pipeline(example: ExampleProject, weld_simulator: Simulator) -> None:
    project = configure(example("many-sources"), TABLE)
    project.up()
    assert project.up(expect_no_changes=True).changed == {}

    with_streams = {**TABLE, "hubspot": {**TABLE["hubspot"], "streams": ["deals"]}}
    assert changed_types(configure(project, with_streams)) == {"hubspot": {"update EltSync"}}
    added = {**TABLE, "more": {**TABLE["stripe"], "label": "Stripe (test)", "schema": "weld_stripe_test"}}
    created = {"create Pipeline", "create Connection", "create EltSync"}
    assert changed_types(configure(project, added)) == {"more": created}
    reordered = dict(reversed(TABLE.items()))
    assert changed_types(configure(project, reordered)) == {}

    existing = weld_simulator.create_connection("stripe", "Made in Weld's pages")["id"]
    configure(project, {**TABLE, "old": existing_connection(existing, "old")})
    assert changed_types(project) == {"old": {"create Pipeline", "create EltSync"}}
    project.up()
    assert sync_into(weld_simulator, "old")["source_connection_id"] == existing
    project.destroy()
    assert weld_simulator.state()["syncs"] == []


@pytest.mark.long
@pytest.mark.weld_simulator(auto_authorize=False)
def test_a_source_that_waits_for_a_person_does_not_stop_the_others(
    example: ExampleProject, weld_simulator: Simulator
) -> None:
    existing = weld_simulator.create_connection("stripe", "Made in Weld's pages")["id"]
    ready = existing_connection(existing, "weld_stripe")
    project = configure(example("many-sources"), {"hubspot": TABLE["hubspot"], "stripe": ready})
    project.configure({"authorization_timeout": "0"})
    project.up()
    assert [sync["destination_schema_name"] for sync in weld_simulator.state()["syncs"]] == ["weld_stripe"]
    weld_simulator.authorize()
    project.up()
    assert sync_into(weld_simulator, "weld_hubspot")["enabled"] is True


@pytest.mark.long
def test_the_commands_of_the_readme_do_what_it_says(example: ExampleProject, weld_simulator: Simulator) -> None:
    project = example("many-sources")
    settings = Path(shutil.copy(FOLDER / "Pulumi.dev.yaml", project.folder))
    assert settings.read_text().startswith(README.read_text().partition("```yaml\n")[2].partition("```")[0])
    project.env |= {"WELD_API_URL": weld_simulator.url, "WELD_API_KEY": weld_simulator.api_key}
    project.cli("stack", "init", "dev")
    syncs = {}
    for heading in ("## Steps", "### Change a row", "### Remove a row", "### Rename a row"):
        if heading == "### Rename a row":
            rename = re.search(r"^    store:\n      renamed_from: shop\n", section(README, heading), re.MULTILINE)
            assert rename
            settings.write_text(settings.read_text().replace("    shop:\n", rename[0]))
        for words in commands_below(README, heading):
            shown = run_as_shown(project, words)
        expected = section(README, heading).rpartition("Resources:\n")[2].partition("```")[0]
        assert expected in shown.text, heading
        syncs[heading] = {sync["destination_schema_name"]: sync["id"] for sync in weld_simulator.state()["syncs"]}
    assert sync_into(weld_simulator, "weld_stripe")["sync_interval"] == "0 * * * *"
    assert syncs["### Rename a row"] == syncs["### Remove a row"]
    assert syncs["## Steps"].keys() - syncs["### Remove a row"].keys() == {"weld_hubspot"}

    settings.write_text(settings.read_text().replace("      renamed_from: shop\n", ""))
    assert "7 unchanged" in run_as_shown(project, ["up"]).text
    component = project.folder / "pipeline.py"
    with_another_type = section(README, "### Rename a row").partition("```python\n")[2].partition("```")[0]
    text, replaced = re.subn(r"^ +super\(\).*\n", with_another_type, component.read_text(), flags=re.MULTILINE)
    assert replaced == 1
    component.write_text(text)
    assert "7 unchanged" in run_as_shown(project, ["up"]).text
    run_as_shown(project, ["destroy"])
    assert weld_simulator.state()["syncs"] == []


def test_a_preview_lists_everything_that_is_wrong_in_the_table(example: ExampleProject) -> None:
    stripe = {"shedule" if key == "schedule" else key: value for key, value in TABLE["stripe"].items()}
    failed = configure(example("many-sources"), {**TABLE, "stripe": stripe}).preview(check=False)
    assert not failed.ok
    assert "Traceback" not in failed.text
    shown = section(README, "### A wrong table").partition("```\n")[2].partition("\n```")[0]
    assert failed.errors[0] == shown.removeprefix("error: ")


@pytest.fixture(scope="module")
def sources() -> ModuleType:
    return module_of("many-sources", "sources")


EITHER = "integration and label are required, or the connection_id of an existing connection"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ([ROW], "sources: Input should be a valid dictionary"),
        ({"a": None}, "sources.a: Input should be a dictionary"),
        ({"a b": ROW}, "sources.a b: String should match pattern"),
        ({"a": {**ROW, "streams": "charges"}}, "sources.a.streams: Input should be a valid list"),
        ({"a": {**ROW, "streams": []}}, "sources.a.streams: List should have at least 1 item"),
        ({"a": {**ROW, "streams": ["charges", {"nam": "x"}]}}, "sources.a.streams[1]: a stream is a name or pattern"),
        ({"a": {**ROW, "schedule": ""}}, "sources.a.schedule: String should have at least 1 character"),
        ({"a": without(ROW, "label")}, f"sources.a: {EITHER}"),
        ({"a": without(ROW, "label", "integration")}, f"sources.a: {EITHER}"),
        ({"a": {**ROW, "connection_id": "x"}}, "sources.a: connection_id is an existing connection"),
        ({"a": ROW, "b": ROW}, "sources: more than one has the schema 'weld_stripe'"),
    ],
)
def test_a_row_that_is_wrong_is_named_with_its_column(sources: ModuleType, table: object, problem: str) -> None:
    with pytest.raises(pulumi.RunError) as raised:
        sources.read_sources(table)
    assert f"\n  {problem}" in str(raised.value)
