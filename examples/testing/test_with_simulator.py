"""Test what `pulumi up` does, end to end: the Pulumi CLI, the provider and the simulator.

The fixture `weld_simulator` comes with weld-pulumi: a new simulated workspace for each test.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi import automation

from weld_pulumi.simulator import Simulator

FOLDER = Path(__file__).parent


@pytest.fixture
def stack(weld_simulator: Simulator, tmp_path: Path) -> Iterator[automation.Stack]:
    env = {
        "WELD_API_URL": weld_simulator.url,
        "WELD_API_KEY": weld_simulator.api_key,
        # The state is kept in the test's temporary folder.
        "PULUMI_BACKEND_URL": f"file://{tmp_path}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
    }
    options = automation.LocalWorkspaceOptions(env_vars=env)
    stack = automation.create_stack(stack_name="pytest", work_dir=str(FOLDER), opts=options)
    yield stack
    stack.workspace.remove_stack("pytest", force=True)


def test_up_makes_a_sync_that_runs(stack: automation.Stack, weld_simulator: Simulator) -> None:
    sync_id = stack.up().outputs["sync_id"].value

    [sync] = weld_simulator.state()["syncs"]
    assert (sync["id"], sync["destination_schema_name"], sync["enabled"]) == (sync_id, "weld_stripe", True)
    hashed = {stream["name"]: stream["hashed_columns"] for stream in weld_simulator.state()["streams"]}
    assert hashed == {"charges": [], "customers": ["email"]}


def test_a_second_up_writes_nothing(stack: automation.Stack, weld_simulator: Simulator) -> None:
    stack.up()
    weld_simulator.clear_requests()
    stack.up(expect_no_changes=True)
    assert weld_simulator.writes() == []


def test_up_reverts_what_somebody_changed_in_weld(stack: automation.Stack, weld_simulator: Simulator) -> None:
    sync_id = stack.up().outputs["sync_id"].value
    weld_simulator.patch_sync(sync_id, sync_interval="0 0 * * *")
    stack.up(refresh=True)
    assert weld_simulator.state()["syncs"][0]["sync_interval"] == "0 */6 * * *"
