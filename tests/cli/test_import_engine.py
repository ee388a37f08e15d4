"""What `weld-pulumi import` writes, on the real engine: imported as it is, it leaves nothing to do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from tests.support.cli import STACK
from tests.support.engine import Project
from tests.support.importing import import_a_large_workspace, take_over
from tests.support.on_engine import weld_pulumi
from weld_pulumi.simulator import Simulator

STREAMS = [
    "charges",
    {"name": "customers", "full_sync_at_midnight": True, "hashed_columns": ["email"]},
    {
        "name": "invoices",
        "incremental_pointer_id": "created",
        "excluded_substreams": ["invoice_line_items", "invoice_discounts"],
        "enabled_history_table": True,
        "protected_from_full_sync": True,
    },
    {"name": "refunds", "full_sync_always": True},
]
ODD_READINGS = {
    "connections_envelope": "list",
    "connection_label": "absent",
    "connection_integration": "absent",
    "settings_read": "absent",
    "start_date_read": "date",
    "sync_interval_read": "normalized",
    "enabled_field": "status",
    "sync_streams_read": "present",
    "absent_optional": "null",
    "fill_in_values": "filled",
    "schema_name_case": "lower",
    "list_order": "oldest",
}


def fill(weld: Simulator) -> None:
    """A workspace that somebody has made by hand in Weld's pages."""
    for label in ("Shop", "Shop", "He said \"hi\"\nand 'bye' \\ {x} 東京", "1st"):
        connection = weld.create_connection("stripe", label)
        weld.create_sync(
            connection["id"],
            destination_schema_name="raw_stripe",
            sync_interval="0 */6 * * 1-5",
            start_date="2024-01-31",
            elt_settings={"account": 'acct_"1"'},
            streams=STREAMS,
            enabled=True,
        )
    hubspot = weld.create_connection("hubspot", "CRM")
    attached = weld.create_sync(hubspot["id"], destination_schema_name="Raw_CRM", streams=["deals"], enabled=True)
    weld.patch_sync(attached["id"], orchestration_workflow_id=weld.create_orchestration("Night")["id"])
    weld.create_sync(hubspot["id"], destination_schema_name="empty")
    api = weld.create_connection("rest-api", "API")
    secret = {
        "base_url": "https://example.com",
        "headers": {"Authorization": "Bearer s3cr3t"},
        "paging": {"page_size": 5},
    }
    weld.create_sync(api["id"], destination_schema_name="api", streams=["items"], elt_settings=secret)


@pytest.mark.long
@pytest.mark.parametrize(("options", "readings"), [((), {}), (("--separate",), {}), ((), ODD_READINGS)])
def test_a_preview_after_an_import_changes_nothing(
    weld: Simulator, stack: Project, options: tuple[str, ...], readings: dict[str, str]
) -> None:
    fill(weld)
    weld.set_readings(readings)
    before = {table: rows for table, rows in weld.state().items() if table in ("connections", "syncs", "streams")}
    take_over(stack, *options)
    assert len(stack.resources()) == 7 + 7 + (18 if options else 0)
    weld.clear_requests()
    previewed = stack.preview("--expect-no-changes")
    assert previewed.changed == {}
    assert [*previewed.warnings, *previewed.errors] == []
    assert stack.up(expect_no_changes=True).changed == {}
    assert stack.preview(refresh=True).refreshed == {}
    assert stack.refresh(expect_no_changes=True).refreshed == {}
    assert weld.writes() == []
    assert {table: weld.state()[table] for table in before} == before
    assert "s3cr3t" not in stack.raw_state()


@pytest.mark.long
def test_an_imported_sync_is_managed(weld: Simulator, stack: Project) -> None:
    """Drift shows and is put back, and destroy removes it all, but for the destination."""
    sync = weld.create_sync(
        weld.create_connection("stripe", "Shop")["id"], destination_schema_name="raw", streams=STREAMS, enabled=True
    )
    weld.advance(10)
    take_over(stack, "--no-protect")
    stack.up()
    weld.patch_sync(sync["id"], sync_interval="0 1 * * *")
    drifted = stack.up(refresh=True)
    assert drifted.changed == {"raw": "update"}
    assert weld.state()["syncs"][0]["sync_interval"] == "0 0 * * *"
    assert stack.up(expect_no_changes=True).changed == {}
    stack.destroy()
    assert [weld.state()[table] for table in ("syncs", "streams")] == [[], []]
    assert [each["integration_id"] for each in weld.state()["connections"]] == ["databricks"]


def everything(weld: Simulator) -> Any:
    return {table: weld.state()[table] for table in ("connections", "syncs", "streams")}


@pytest.mark.long
def test_an_imported_workspace_stays_protected(weld: Simulator, stack: Project) -> None:
    shop = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(shop, destination_schema_name="raw", streams=STREAMS, enabled=True)
    before = everything(weld)
    take_over(stack)
    stack.up(expect_no_changes=True)
    refused = stack.destroy(check=False)
    assert not refused.ok
    assert "protect" in refused.text
    assert {each["urn"].rpartition("::")[2] for each in stack.resources() if each.get("protect")} == {
        *("shop", "raw", "databricks-simulator")
    }
    assert everything(weld) == before
    # Without its protection the destination still stays in Weld.
    stack.write((stack.folder / "__main__.py").read_text().replace("    protected,\n", ""))
    stack.up()
    stack.destroy()
    assert [each["integration_id"] for each in weld.state()["connections"]] == ["databricks"]


@pytest.mark.long
def test_the_commands_of_the_readme_can_be_pasted(weld: Simulator, stack: Project) -> None:
    """In a new folder, whose project names the virtual environment of this test."""
    fill(weld)
    ran = weld_pulumi(stack, "import", "--output", "my weld")
    folder = stack.folder / "my weld"
    readme = (folder / "README.md").read_text()
    blocks = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) == 4
    told = [line.strip() for line in ran.stdout.splitlines() if line.startswith("  ")]
    assert told == ["cd 'my weld'", *"".join(blocks).splitlines()]
    assert f"virtualenv: {json.dumps(sys.prefix)}" in (folder / "Pulumi.yaml").read_text()
    # The key is asked for; nothing of the surroundings stands in for it.
    for block in blocks:
        pasted = subprocess.run(
            ["bash", "-e", "-c", block],
            cwd=folder,
            env=stack.env,
            input=weld.api_key,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert pasted.returncode == 0, pasted.stdout + pasted.stderr
    assert weld.writes() == []


@pytest.mark.long
def test_adopting_instead_of_importing_leaves_nothing_to_do(weld: Simulator, stack: Project) -> None:
    shop = weld.create_connection("stripe", "Shop")["id"]
    for options, schema in ((("--adopt",), "raw"), (("--adopt", "--separate"), "raw_separate")):
        weld.create_sync(shop, destination_schema_name=schema, streams=STREAMS, enabled=True)
        before = everything(weld)
        (stack.folder / "__main__.py").unlink()
        weld_pulumi(stack, "import", *options)
        assert not (stack.folder / "import.json").exists()
        stack.preview()
        stack.up()
        assert stack.up(expect_no_changes=True).changed == {}
        assert stack.refresh(expect_no_changes=True).refreshed == {}
        assert relevant(everything(weld)) == relevant(before)
        assert "protect" in stack.destroy(check=False).text
        if options == ("--adopt",):
            # Start anew with the other form.
            state = stack.state()
            state["deployment"]["resources"] = []
            stack.set_state(state)


def relevant(state: Any) -> Any:
    """What a stream means: not when it was written last, nor the order of a list that is a set."""
    streams = [
        {k: sorted(v) if isinstance(v, list) else v or None for k, v in row.items() if k != "updated_at"}
        for row in state["streams"]
    ]
    return {**state, "streams": streams}


@pytest.mark.long
def test_only_unmanaged_writes_a_module_of_what_the_stack_does_not_have(weld: Simulator, stack: Project) -> None:
    shop = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(shop, destination_schema_name="raw", streams=["charges"], enabled=True)
    take_over(stack)
    assert "nothing in Weld" in weld_pulumi(stack, "import", "--only-unmanaged", "--force", code=1).stderr
    crm = weld.create_connection("hubspot", "Shop")["id"]
    weld.create_sync(crm, destination_schema_name="crm", streams=["deals"])
    more = weld.create_sync(shop, destination_schema_name="raw", streams=["refunds"], sync_interval="0 1 * * *")
    ran = weld_pulumi(stack, "import", "--only-unmanaged", "--force")
    assert "import weld_unmanaged" in ran.stdout
    addition = (stack.folder / "weld_unmanaged.py").read_text()
    assert f"connection_id={json.dumps(shop)}" in addition
    assert "shop-2" in addition  # the stack has a Connection 'shop' already
    stack.cli("import", "--file", "import.json", "--generate-code=false", "--yes", "--stack", STACK)
    stack.write("import weld_unmanaged\n" + (stack.folder / "__main__.py").read_text())
    weld.clear_requests()
    assert stack.up(expect_no_changes=True).changed == {}
    assert more["id"] in {each["id"] for each in stack.resources()}
    assert len(stack.resources()) == 3 + 3
    assert weld.writes() == []


# Large workspaces ---------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_large_workspace_is_a_module_for_each_integration(weld: Simulator, stack: Project) -> None:
    import_a_large_workspace(weld, stack, connections=6, syncs=36, streams=360)
