"""examples/databricks-elt, step by step as its README says, with stand-ins for Databricks and Weld."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.conftest import ExampleProject
from tests.support.examples import with_databricks_stub
from weld_pulumi.simulator import Simulator

# `import pulumi_databricks` alone takes seconds, so this goes through the steps once.
pytestmark = pytest.mark.xdist_group("databricks")


@pytest.mark.long
def test_the_steps_of_the_databricks_readme_work(
    example: ExampleProject, weld_simulator: Simulator, tmp_path: Path
) -> None:
    project = with_databricks_stub(example("databricks-elt"), tmp_path / "bin")

    project.up("--target", "**::databricks:index/**")
    assert weld_simulator.requests() == []
    by_hand = project.outputs()
    made = {each["type"].rpartition(":")[2]: each for each in project.resources()}
    assert (by_hand["catalog"], by_hand["client_id"]) == ("raw", made["ServicePrincipal"]["outputs"]["applicationId"])
    assert by_hand["server_hostname"].endswith(".cloud.databricks.com")
    assert by_hand["http_path"].startswith("/sql/1.0/warehouses/")
    assert by_hand["client_secret"]
    assert by_hand["client_secret"] not in project.raw_state()

    assert project.up().changed == {"stripe": "create", "stripe-to-databricks": "create"}
    [sync] = weld_simulator.state()["syncs"]
    assert (sync["destination_schema_name"], sync["enabled"]) == ("weld_stripe", True)
    state = project.resource("stripe-to-databricks")
    assert state["propertyDependencies"]["destination_schema_name"] == [made["Schema"]["urn"]]
    for right in ("weld-warehouse", "weld-catalog", "weld-schema"):
        assert project.resource(right)["urn"] in state["dependencies"]

    weld_simulator.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    assert weld_simulator.requests() == []

    removed = [step.name for step in project.destroy().steps]
    assert removed.index("stripe-to-databricks") < removed.index("weld-schema")
    assert weld_simulator.state()["syncs"] == []
