"""examples/streams-of-other-teams: a sync in one stack, and its streams in the stack of another team."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.examples.conftest import ExampleProject
from tests.support.at_weld import streams_of, sync_into
from tests.support.cli import STACK
from tests.support.console import commands_below, run_as_shown
from tests.support.engine import Project
from tests.support.examples import EXAMPLES
from weld_pulumi.simulator import Simulator

FOLDER = "streams-of-other-teams"
README = EXAMPLES / FOLDER / "README.md"
STREAMS = {"sales.orders", "sales.customers"}
NO_SYNC = f"The stack organization/shop-platform/{STACK} has no sync. Its team has to run `pulumi up`."


class Teams(NamedTuple):
    platform: Project
    orders: Project


@pytest.fixture
def teams(example: ExampleProject) -> Teams:
    return Teams(example(f"{FOLDER}/platform"), example(f"{FOLDER}/orders"))


def up(teams: Teams) -> None:
    teams.platform.up()
    teams.orders.up()


def streams(weld: Simulator) -> set[str]:
    """Return the names of the streams of the only sync."""
    return set(streams_of(weld, sync_into(weld, "shop")["id"]))


def edit(project: Project, old: str, new: str) -> None:
    program = project.folder / "__main__.py"
    assert old in program.read_text()
    program.write_text(program.read_text().replace(old, new))


def test_a_team_adds_its_streams_to_the_sync_of_the_platform_team(teams: Teams, weld_simulator: Simulator) -> None:
    teams.platform.up()
    assert streams(weld_simulator) == set()
    teams.orders.up()
    assert streams(weld_simulator) == STREAMS
    assert sync_into(weld_simulator, "shop")["enabled"] is True


@pytest.mark.long
def test_a_change_of_one_team_does_not_change_the_stack_of_the_other(teams: Teams, weld_simulator: Simulator) -> None:
    up(teams)
    edit(teams.orders, 'name="sales.orders"', 'name="sales.orders", enabled_history_table=True')
    assert teams.orders.up().changed == {"orders": "update"}
    teams.platform.up(expect_no_changes=True)
    teams.platform.refresh(expect_no_changes=True)

    edit(teams.platform, "30 * * * *", "0 * * * *")
    assert teams.platform.up().changed == {"shop": "update"}
    teams.orders.up(expect_no_changes=True)
    assert streams(weld_simulator) == STREAMS


@pytest.mark.long
def test_a_replaced_sync_receives_the_streams_with_the_next_up_of_their_team(
    teams: Teams, weld_simulator: Simulator
) -> None:
    up(teams)
    edit(teams.platform, 'destination_schema_name="shop"', 'destination_schema_name="shop_2"')
    assert not teams.platform.up(check=False).ok
    assert streams(weld_simulator) == STREAMS
    edit(teams.platform, "protect=True", "protect=False")
    teams.platform.up()
    [sync] = weld_simulator.state()["syncs"]
    assert streams_of(weld_simulator, sync["id"]) == {}
    assert teams.orders.up().changed == {"orders": "replace", "customers": "replace"}
    assert streams_of(weld_simulator, sync["id"]).keys() == STREAMS


@pytest.mark.long
def test_the_stacks_are_removed_with_the_commands_of_the_readme(teams: Teams, weld_simulator: Simulator) -> None:
    for project in teams:
        project.cli("stack", "select", STACK)
    for project, words in zip(teams, commands_below(README, "## Steps"), strict=True):
        assert "+ 3 created" in run_as_shown(project, words).text

    refused = run_as_shown(teams.platform, ["destroy"], check=False)
    assert not refused.ok
    assert "because it is protected" in refused.text
    assert streams(weld_simulator) == STREAMS

    first, *then = commands_below(README, "## Clean-up")
    run_as_shown(teams.orders, first)
    assert streams(weld_simulator) == set()
    for words in then:
        run_as_shown(teams.platform, words)
    assert weld_simulator.state()["syncs"] == []


@pytest.mark.long
def test_a_team_can_go_on_if_the_platform_stack_was_destroyed_first(teams: Teams, weld_simulator: Simulator) -> None:
    up(teams)
    teams.platform.cli("state", "unprotect", "--all", "--yes", "--stack", STACK)
    teams.platform.destroy()
    for operation in (teams.orders.preview, teams.orders.up):
        failed = operation(check=False)
        assert not failed.ok
        assert NO_SYNC in failed.errors
        assert "Traceback" not in failed.text
    assert len(teams.orders.resources()) == len(STREAMS)

    teams.platform.up()
    assert set(teams.orders.up().changed.values()) == {"replace"}
    assert streams(weld_simulator) == STREAMS

    teams.platform.cli("state", "unprotect", "--all", "--yes", "--stack", STACK)
    teams.platform.destroy()
    teams.platform.cli("stack", "rm", STACK, "--yes")
    assert "unknown stack" in teams.orders.preview(check=False).text
    teams.orders.destroy()
    assert teams.orders.resources() == []
