"""`weld-pulumi health` in the folder of a real stack."""

from __future__ import annotations

import json

from tests.support.at_weld import streams_of, sync_into
from tests.support.cli import STACK
from tests.support.on_engine import weld_pulumi
from tests.support.programs import Code, elt_sync, program
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

SECRET = Code("pulumi.Output.secret('refunds')")


def test_health_finds_what_has_happened_since_the_last_up(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(
        program(
            elt_sync("failing", stripe, source_streams=[{"name": "charges"}]),
            elt_sync("growing", stripe, source_streams=[{"name": "payou*"}, {"name": "payout_tmp", "exclude": True}]),
            elt_sync("hidden", stripe, source_streams=[{"name": SECRET}, {"name": "payou*"}]),
        )
    )
    stacked.up()
    stacked.up(expect_no_changes=True)
    growing = sync_into(weld, "weld_growing")["id"]
    assert "payou*" not in json.dumps(stacked.resource("hidden")["inputs"])

    weld.advance(60)
    assert "no problem" in weld_pulumi(stacked, "health", "--stack", STACK, "--markdown").stdout
    for name in ("payouts_eu", "payout_tmp", "other"):
        weld.set_catalogue_stream("stripe", name, selectable=True)
    failing = sync_into(weld, "weld_failing")["id"]
    for run in weld.state()["runs"]:
        if run["elt_sync_id"] == failing:
            weld.patch_run(run["id"], error_message="The key was revoked.")
    told = json.loads(weld_pulumi(stacked, "health", "--stack", STACK, "--json", code=1).stdout)
    found = {each["resource"]: each for each in told["syncs"]}
    assert found["failing"]["failed_streams"] == [{"name": "charges", "error": "The key was revoked."}]
    assert found["growing"]["new_streams"] == ["payouts_eu"]
    assert found["hidden"]["new_streams"] == []

    # `up` copies them from now on; the pattern alone is no change.
    assert stacked.up().changed == {"growing": "update", "hidden": "update"}
    assert sorted(streams_of(weld, growing)) == ["payouts", "payouts_eu"]
    told = json.loads(weld_pulumi(stacked, "health", "--stack", STACK, "--json", code=1).stdout)
    assert not any(each["new_streams"] for each in told["syncs"])
