"""`on_pending_connection="skip"`: a deployment ends green though a person has still to authorize a connection."""

from __future__ import annotations

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import Code, elt_sync, export, program, resource, source_stream
from tests.support.stacks import Stacks
from tests.support.waiting import redirect
from tests.support.wording import line_says, saying
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)


def text(policy: str = "skip", **more: object) -> str:
    shop = {"integration_id": "stripe", "label": "Shop", "authorization_timeout": 0}
    return program(
        resource("Connection", "shop", **shop),
        elt_sync("inline", Code("shop.id"), source_streams=["charges"], on_pending_connection=policy, **more),
        elt_sync("owner", Code("shop.id"), on_pending_connection=policy),
        source_stream("refunds", "owner.id"),
        export("status", "inline.status"),
        export("sync", "inline.id"),
    )


def test_a_sync_is_made_by_a_later_up_and_all_that_depends_on_it_with_it(weld: Simulator, stack: Stacks) -> None:
    stacked = stack(text())
    first = stacked.up()
    assert set(first.changed.values()) == {"create"}
    assert len([d for d in first.diagnostics if "'Shop' is not authorized" in d.message]) == 1
    assert "`weld-pulumi authorize`" in first.text
    assert stacked.outputs()["status"] == "PENDING"
    assert all(stacked.resource(name)["id"].startswith("pending-") for name in ("inline", "owner", "refunds"))
    assert weld.state()["syncs"] == []

    # Nobody has acted yet: nothing changes, and it is said again.
    weld.clear_requests()
    again = stacked.up(expect_no_changes=True)
    assert line_says(again.text, "the connection 'Shop' is not authorized", "`weld-pulumi authorize`")
    stacked.refresh(expect_no_changes=True)
    stacked.write(text(run_triggers=["now"]))
    assert stacked.up().changed == {"inline": "update"}
    assert weld.writes() == []

    redirect(weld, stacked.resource("shop", show_secrets=True)["outputs"]["authorize_url"]["plaintext"].strip('"'))
    assert "replacing sync" not in stacked.preview().text
    stacked.up()
    sync = sync_into(weld, "weld_inline")
    assert stacked.outputs() == {"status": "RUNNING", "sync": sync["id"]}
    assert sorted(streams_of(weld, sync["id"])) == ["charges"]
    assert sorted(streams_of(weld, sync_into(weld, "weld_owner")["id"])) == ["refunds"]
    stacked.up(expect_no_changes=True)


@pytest.mark.long
def test_a_sync_that_waits_can_be_destroyed_or_made_to_fail_again(weld: Simulator, stack: Stacks) -> None:
    stacked = stack(text())
    stacked.up()
    stacked.write(text("fail"))
    failed = stacked.up(check=False)
    assert not failed.ok
    assert saying(failed.errors, "the connection 'Shop' is not authorized", "`weld-pulumi authorize`")
    weld.clear_requests()
    stacked.destroy()
    assert weld.writes() == []
    assert stacked.resources() == []
