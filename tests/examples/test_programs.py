"""The smaller examples, each on the real engine and the simulator."""

from __future__ import annotations

import pytest

from tests.examples.conftest import ExampleProject
from weld_pulumi.simulator import Simulator


@pytest.mark.long
def test_the_example_of_inline_streams_deploys_patterns_and_shows_new_streams(
    example: ExampleProject, weld_simulator: Simulator
) -> None:
    project = example("inline-streams-patterns")
    project.up()
    streams = {stream["name"]: stream for stream in weld_simulator.state()["streams"]}
    assert project.outputs() == {"streams": sorted(streams), "stream_count": len(streams)}
    assert {name.partition(".")[0] for name in streams} == {"public", "sales"}
    assert not [name for name in streams if name.endswith((".audit_log", ".batches"))]
    assert [name for name, stream in streams.items() if stream["full_sync_at_midnight"]] == ["sales.orders"]
    assert {name: stream["hashed_columns"] for name, stream in streams.items() if stream["hashed_columns"]} == {
        "public.contacts": ["email", "phone"],
        "public.customers": ["email", "phone"],
    }
    assert streams["public.customers"]["excluded_columns"] == ["password_hash"]
    assert project.up(expect_no_changes=True).changed == {}

    weld_simulator.set_catalogue_stream("postgres", "sales.vouchers")
    assert list(project.preview().step("shop", "update").detailed_diff.values()) == ["add"]
    project.up()
    assert "sales.vouchers" in project.outputs()["streams"]
    project.destroy()


@pytest.mark.long
def test_the_example_of_two_workspaces_deploys_to_both(example: ExampleProject, weld_simulator: Simulator) -> None:
    with Simulator(auto_authorize=True, authorize_delay=0.0, api_key="key-of-the-subsidiary") as subsidiary:
        project = example("two-workspaces")
        project.configure({"subsidiary_url": subsidiary.url}, {"subsidiary_key": subsidiary.api_key})
        project.up()
        integrations = [
            [sync["source_integration_id"] for sync in weld.state()["syncs"]] for weld in (weld_simulator, subsidiary)
        ]
        assert integrations == [["stripe"], ["hubspot"]]
        assert project.up(expect_no_changes=True).changed == {}
        assert subsidiary.api_key not in project.raw_state()
        project.destroy()
        assert weld_simulator.state()["syncs"] == subsidiary.state()["syncs"] == []


@pytest.mark.long
def test_the_example_of_adoption_keeps_what_is_there(example: ExampleProject, weld_simulator: Simulator) -> None:
    connection = weld_simulator.create_connection("hubspot", "HubSpot")
    sync = weld_simulator.create_sync(
        connection["id"],
        destination_schema_name="raw_hubspot",
        sync_interval="0 0 * * *",
        streams=["contacts", "companies", "tickets"],
        enabled=True,
    )
    project = example("adopt-existing")

    project.up()
    outputs = project.outputs()
    assert (outputs["connection_id"], outputs["sync_id"]) == (connection["id"], sync["id"])
    assert outputs["streams"] == ["companies", "contacts", "deals", "tickets"]
    assert [sync["id"] for sync in weld_simulator.state()["syncs"]] == [sync["id"]]
    assert not [request for request in weld_simulator.writes() if request.method == "DELETE"]

    # What is there beyond the program shows in the next preview, before it goes.
    assert project.preview().changed == {"hubspot": "update"}
    project.up()
    assert project.outputs()["streams"] == ["companies", "contacts", "deals"]
    assert project.up(expect_no_changes=True).changed == {}

    project.cli("state", "unprotect", "--all", "--yes", "--stack", "test")
    project.destroy()
    assert [sync["id"] for sync in weld_simulator.state()["syncs"]] == [sync["id"]]
