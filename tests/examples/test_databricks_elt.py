"""examples/databricks-elt, step by step as its README says, with stand-ins for Databricks and Weld."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.examples.conftest import ExampleProject
from tests.support.at_weld import short, sync_into
from tests.support.engine import Project
from tests.support.examples import EXAMPLES, with_databricks_stub
from tests.support.waiting import up
from weld_pulumi.simulator import Simulator

# `import pulumi_databricks` alone takes seconds, so these go through several steps at once.
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("databricks")]

README = (EXAMPLES / "databricks-elt" / "README.md").read_text()
#: What needs the loaded tables.
AFTER_THE_LOAD = {"readers-charges", "readers-refunds", "refresh-revenue"}


@pytest.fixture
def project(example: ExampleProject, tmp_path: Path) -> Project:
    return with_databricks_stub(example("databricks-elt"), tmp_path / "bin")


def arguments_of_the_first_up() -> list[str]:
    """Return the arguments of the README's `pulumi up` for the Databricks side."""
    found = re.search(r"^\$ pulumi up (--.*)$", README, re.MULTILINE)
    assert found
    return shlex.split(found[1])


def summaries() -> list[str]:
    """Return how many resources README shows to be created, and left unchanged, by each `pulumi up`."""
    return re.findall(r"^Resources:\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def of_type(project: Project, kind: str) -> set[str]:
    """Return the names of the resources of a type in the state, such as "Grant"."""
    return {each["urn"].rpartition("::")[2] for each in project.resources() if each["type"].rpartition(":")[2] == kind}


def on_tables(project: Project) -> set[str]:
    """Return the names of the grants on tables, and of the jobs, that the state has."""
    return {name for name in of_type(project, "Grant") | of_type(project, "Job") if name in AFTER_THE_LOAD}


def test_the_steps_of_the_databricks_readme_work(project: Project, weld_simulator: Simulator) -> None:
    first, second = summaries()
    assert first in project.up(*arguments_of_the_first_up()).text
    assert weld_simulator.requests() == []
    by_hand = project.outputs()
    made = {each["type"].rpartition(":")[2]: each for each in project.resources()}
    assert (by_hand["catalog"], by_hand["client_id"]) == ("raw", made["ServicePrincipal"]["outputs"]["applicationId"])
    assert by_hand["server_hostname"].endswith(".cloud.databricks.com")
    assert by_hand["http_path"].startswith("/sql/1.0/warehouses/")
    assert by_hand["client_secret"]
    assert by_hand["client_secret"] not in project.raw_state()

    deployed = project.up()
    assert second in deployed.text
    assert set(deployed.changed.values()) == {"create"}
    assert deployed.changed.keys() == {"stripe", "stripe-to-databricks", "weld-sync", "first-load"} | AFTER_THE_LOAD
    sync = sync_into(weld_simulator, "weld_stripe")
    assert sync["enabled"] is True
    state = project.resource("stripe-to-databricks")
    schema = next(each for each in project.resources() if each["id"] == "raw.weld_stripe")
    assert state["propertyDependencies"]["destination_schema_name"] == [schema["urn"]]
    for right in ("weld-warehouse", "weld-catalog", "weld-schema"):
        assert project.resource(right)["urn"] in state["dependencies"]

    weld_simulator.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    assert weld_simulator.requests() == []

    removed = [step.name for step in project.destroy().steps]
    assert removed.index("readers-charges") < removed.index("stripe-to-databricks") < removed.index("weld-schema")
    assert weld_simulator.state()["syncs"] == []
    assert project.resources() == []


def test_grants_and_the_job_are_created_after_the_first_load_has_completed(
    project: Project, weld_simulator: Simulator
) -> None:
    weld_simulator.set_runs(seconds=3600, rows_total=400_000)
    with up(project) as command:
        command.until(r"first-load .*0 of 3 streams done")
        if "Grant readers-schema created" not in command.text:
            command.until("Grant readers-schema created")  # it does not need the data
        assert on_tables(project) == set()
        weld_simulator.advance(3600)
        assert command.finish() == 0, command.text
    assert on_tables(project) == AFTER_THE_LOAD

    sync = sync_into(weld_simulator, "weld_stripe")
    assert project.resource("weld-sync")["outputs"]["tagValue"] == sync["id"]
    assert project.resource("weld-sync")["outputs"]["entityName"] == "raw.weld_stripe"
    assert project.resource("first-load")["outputs"]["rows_synced"] == 1_200_000
    charges = project.resource("readers-charges")["outputs"]
    assert (charges["table"], charges["principal"]) == ("raw.weld_stripe.charges", "analysts")
    (job,) = (each["outputs"] for each in project.resources() if each["type"].endswith(":Job"))
    assert job["trigger"]["tableUpdate"]["tableNames"] == ["raw.weld_stripe.charges", "raw.weld_stripe.refunds"]
    (query,) = (each["outputs"] for each in project.resources() if each["type"].endswith(":Query"))
    assert "FROM raw.weld_stripe.charges\n" in query["queryText"]

    # What README says of more tables: they are loaded before what uses them, and what is there stays.
    program = project.folder / "__main__.py"
    refunds = 'weld.SourceStreamArgs(name="refunds"),'
    program.write_text(program.read_text().replace(refunds, f'{refunds} weld.SourceStreamArgs(name="invoices"),'))
    assert project.preview().changed == {"stripe-to-databricks": "update", "first-load": "replace"}


def test_a_failed_first_load_leaves_grants_and_job_to_the_next_up(project: Project, weld_simulator: Simulator) -> None:
    weld_simulator.set_runs(seconds=1, error_message="The account is locked")
    failed = project.up(check=False)
    assert not failed.ok
    assert any("first-load" in text or "EltSyncRun" in text for text in failed.errors)
    assert "The account is locked" in failed.text
    assert on_tables(project) == set()
    # Nothing is undone: the sync stays, with the tag that leads to it.
    assert sync_into(weld_simulator, "weld_stripe")["id"] == project.resource("weld-sync")["outputs"]["tagValue"]

    weld_simulator.set_runs(seconds=1)
    weld_simulator.clear_requests()
    assert project.up().changed == dict.fromkeys({"first-load"} | AFTER_THE_LOAD, "create")
    assert sum(call.endswith("/request_run") for call in short(weld_simulator.writes())) == 3
