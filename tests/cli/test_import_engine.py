"""What `weld-pulumi import` writes, on the real engine: imported as it is, it leaves nothing to do."""

from __future__ import annotations

import pytest

from tests.support.engine import STACK, Project
from weld_pulumi.simulator import Simulator

from .on_engine import weld_pulumi

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
    "sync_interval_read": "normalised",
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


def take_over(stack: Project, *options: str) -> None:
    """Write the program and import it."""
    (stack.folder / "__main__.py").unlink()
    weld_pulumi(stack, "import", *options)
    stack.cli("import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes", "--stack", STACK)


@pytest.mark.parametrize(("options", "readings"), [((), {}), (("--separate",), {}), ((), ODD_READINGS)])
def test_what_is_imported_has_nothing_to_change(
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


def test_what_is_imported_is_managed(weld: Simulator, stack: Project) -> None:
    """Drift shows and is put back, and destroy removes it all."""
    sync = weld.create_sync(
        weld.create_connection("stripe", "Shop")["id"], destination_schema_name="raw", streams=STREAMS, enabled=True
    )
    weld.advance(10)
    take_over(stack)
    stack.up()
    weld.patch_sync(sync["id"], sync_interval="0 1 * * *")
    drifted = stack.up(refresh=True)
    assert drifted.changed == {"raw": "update"}
    assert weld.state()["syncs"][0]["sync_interval"] == "0 0 * * *"
    assert stack.up(expect_no_changes=True).changed == {}
    stack.destroy()
    assert [weld.state()[table] for table in ("connections", "syncs", "streams")] == [[], [], []]


def test_protected_unless_told_otherwise(weld: Simulator, stack: Project) -> None:
    (stack.folder / "__main__.py").unlink()
    weld_pulumi(stack, "import")
    stack.cli("import", "--file", "import.json", "--generate-code=false", "--yes", "--stack", STACK)
    assert "protect" in stack.destroy(check=False).text
    assert len(weld.state()["connections"]) == 1
