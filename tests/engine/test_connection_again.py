"""A connection that is there is authorized again: same id, and nothing else is touched."""

from __future__ import annotations

import pytest

from tests.support.engine import Project
from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.waiting import answer, link_in, made, program, running, up
from tests.support.wording import line_says, saying
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

LINK = r"Weld: open \S+ to authorize"
DAY = 24 * 60 * 60.0

#: How it can be seen that a person has acted, if at all; and whether that renames.
READINGS = [
    {},
    {"used_bridge_listed": "listed", "connections_envelope": "list"},
    {"connection_created_at": "absent", "bridge_link": "url"},
    {"connection_label": "absent"},
    {"connection_label": "name", "connection_integration": "absent"},
]


def existing(weld: Simulator, stack: Stacks, text: str) -> tuple[Project, str]:
    """A stack with a connection that is authorized, and perhaps a sync; its id."""
    project = stack(text)
    with up(project) as running_up:
        running_up.until(LINK)
        weld.authorize()
        assert running_up.finish() == 0, running_up.text
    weld.clear_requests()
    return project, str(project.outputs()["c0"])


@pytest.mark.long
@pytest.mark.parametrize(
    "readings", first_quick(READINGS), ids=lambda readings: ",".join(map(str, readings.values())) or "default"
)
def test_a_changed_trigger_has_a_person_authorize_the_same_connection_again(
    weld: Simulator, stack: Stacks, readings: dict[str, object]
) -> None:
    weld.set_readings(readings)
    project, id = existing(weld, stack, program('label="Stripe"', sync=True))
    syncs = weld.state()["syncs"]
    project.write(program('label="Stripe", reauthorize_triggers=["2026-11"]', sync=True))
    preview = project.preview()
    assert preview.changed == {"c0": "update"}
    assert line_says(preview.text, "a person", f"connection {id} ('Stripe') again")
    assert weld.writes() == []
    with up(project) as running_up:
        assert "'Stripe' (stripe) again" in running_up.until(LINK)
        [bridge] = weld.pending_bridges()
        assert bridge["connection_id"] == id
        assert weld.authorize() == id
        assert running_up.finish() == 0, running_up.text
    assert [(r.method, r.path) for r in weld.writes()] == [("POST", "/connection_bridges")]
    assert project.outputs()["c0"] == id
    assert project.outputs()["c0_status"] == "AUTHORIZED"
    assert weld.state()["syncs"] == syncs
    weld.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    project.write(program('label="Stripe"', sync=True))  # a trigger that is taken away does not fire
    assert project.up().changed == {"c0": "update"}
    assert weld.writes() == []


@pytest.mark.long
@pytest.mark.parametrize("spelling", first_quick(["connectionId", "connection_id"]))
def test_the_browser_tells_of_a_renewed_authorization_where_lists_do_not(
    weld: Simulator, stack: Stacks, spelling: str
) -> None:
    weld.set_readings(
        {"used_bridge_listed": "listed", "connection_created_at": "absent", "redirect_parameter": spelling}
    )
    project, id = existing(weld, stack, program())
    project.write(program("reauthorize_triggers={'month': 11}"))
    with up(project) as running_up:
        assert "Authorized" in answer(weld, link_in(running_up.until(LINK))).text
        assert running_up.finish() == 0, running_up.text
    assert project.outputs()["c0"] == id
    assert project.up(expect_no_changes=True).changed == {}


@pytest.mark.long
@pytest.mark.parametrize("renames", first_quick(["yes", "no"]))
def test_a_changed_label_has_a_person_authorize_the_same_connection_again(
    weld: Simulator, stack: Stacks, renames: str
) -> None:
    weld.set_reading("reauthorize_renames", renames)
    project, id = existing(weld, stack, program('label="Old"'))
    project.write(program('label="New"'))
    with up(project) as running_up:
        running_up.until(LINK)
        assert weld.authorize() == id
        assert running_up.finish() == 0, running_up.text
    kept = saying(running_up.text.splitlines(), f"connection {id} ", "keeps its label 'Old'", "'New'")
    assert bool(kept) is (renames == "no")
    assert made(weld)[0]["label"] == ("New" if renames == "yes" else "Old")
    weld.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    after = project.refresh()
    assert after.refreshed == {}
    assert "label" not in after.text  # it was said once
    assert project.up(expect_no_changes=True).changed == {}
    assert weld.writes() == []


@pytest.mark.long
def test_a_connection_stays_usable_while_it_waits_to_be_authorized_again(weld: Simulator, stack: Stacks) -> None:
    """Meanwhile the connection is as usable as before."""
    project, id = existing(weld, stack, program('label="Stripe"'))
    later = 'label="Stripe", authorization_timeout=0, reauthorize_triggers=[1]'
    project.write(program(later, sync=True))
    assert project.up().changed == {"c0": "update", "sync": "create"}
    assert (project.outputs()["c0"], project.outputs()["c0_status"]) == (id, "PENDING")
    link = project.outputs()["c0_authorize_url"]
    assert link.partition("=")[2] not in project.raw_state()
    weld.clear_requests()
    waiting = project.up()
    assert (waiting.changed, weld.writes()) == ({}, [])
    assert "weld-pulumi authorize" in waiting.text  # the link itself would show in previews, too
    assert link not in waiting.text
    assert project.refresh().refreshed == {}
    weld.authorize()
    assert project.preview().changed == {"c0": "update"}
    assert project.up().changed == {"c0": "update"}
    assert (project.outputs()["c0"], project.outputs()["c0_status"]) == (id, "AUTHORIZED")
    weld.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    assert weld.requests() == []


@pytest.mark.long
def test_refresh_sees_that_a_person_has_authorized_again(weld: Simulator, stack: Stacks) -> None:
    project, id = existing(weld, stack, program('label="Stripe"'))
    project.write(program('label="Stripe", authorization_timeout=0, reauthorize_triggers=[1]'))
    project.up()
    weld.authorize()
    project.refresh()
    assert project.resource("c0")["outputs"]["status"] == "AUTHORIZED"
    assert project.up().changed == {}
    assert project.outputs()["c0"] == id


@pytest.mark.long
@pytest.mark.parametrize("told", first_quick(["present", "absent"]))
def test_up_after_a_day_opens_a_fresh_link_unless_weld_cannot_tell_whether_the_old_one_was_used(
    weld: Simulator, stack: Stacks, told: str
) -> None:
    """A fresh link where Weld would have told; where it does not, the connection is left as it is, and that is said."""
    weld.set_reading("connection_created_at", told)
    weld.advance(-DAY - 60)
    project, id = existing(weld, stack, program('label="Stripe"'))
    again = 'label="Stripe", authorization_timeout=0, reauthorize_triggers=[1]'
    project.write(program(again))
    project.up()
    weld.advance(DAY + 60)
    old = project.outputs()["c0_authorize_url"]
    after = project.up()
    assert after.changed == {"c0": "update"}
    if told == "present":
        assert project.outputs()["c0_authorize_url"] == weld.pending_bridges()[0]["authorize_url"] != old
        assert project.outputs()["c0_status"] == "PENDING"
    else:
        assert line_says(after.text, "'Stripe' again", "not report", "reauthorize_triggers")
        assert project.outputs()["c0_status"] == "AUTHORIZED"
    assert project.up().changed == {}
    assert project.outputs()["c0"] == id


@pytest.mark.long
def test_up_opens_a_fresh_link_when_a_person_refuses_to_authorize_again(weld: Simulator, stack: Stacks) -> None:
    project, id = existing(weld, stack, program('label="Stripe"'))
    project.write(program('label="Stripe", reauthorize_triggers=[1]'))
    with up(project) as running_up:
        link = link_in(running_up.until(LINK))
        assert "Not authorized" in answer(weld, link, "refuse").text
        assert running_up.finish() == 0, running_up.text
    assert line_says(running_up.summary, "'Stripe' (stripe)", "(access_denied)", "PENDING")
    assert project.outputs()["c0_authorize_url"] not in (None, link)
    assert weld.authorize() == id
    assert project.up().changed == {"c0": "update"}
    assert project.outputs()["c0_status"] == "AUTHORIZED"


@pytest.mark.long
def test_a_label_changed_in_welds_pages_is_told_and_not_put_back(weld: Simulator, stack: Stacks) -> None:
    """It is told and not put back; and when the program follows, nobody has to authorize anything."""
    project, id = existing(weld, stack, program('label="Old"'))
    weld.patch_connection(id, label="Theirs")
    drift = project.refresh()
    assert drift.refreshed == {}
    assert line_says(drift.text, f"connection {id} ", "'Theirs'", "'Old'")
    assert project.up().changed == {}
    project.write(program('label="Theirs"'))
    preview = project.preview()
    assert preview.changed == {"c0": "update"}
    assert "has to authorize" not in preview.text
    assert project.up().changed == {"c0": "update"}
    assert weld.writes() == []
    assert "Theirs" not in project.refresh().text


@pytest.mark.long
def test_a_label_that_the_program_takes_back_needs_no_person(weld: Simulator, stack: Stacks) -> None:
    project, id = existing(weld, stack, program('label="Old"'))
    project.write(program('label="New", authorization_timeout=0'))
    project.up()
    assert project.outputs()["c0_status"] == "PENDING"
    project.write(program('label="Old"'))
    assert project.up().changed == {"c0": "update"}
    assert (project.outputs()["c0"], project.outputs()["c0_status"]) == (id, "AUTHORIZED")
    assert len(weld.writes()) == 1
    assert project.up(expect_no_changes=True).changed == {}


@pytest.mark.long
def test_up_says_to_refresh_when_the_connection_to_authorize_again_is_gone(weld: Simulator, stack: Stacks) -> None:
    project, id = existing(weld, stack, program('label="Old"'))
    weld.delete_connection(id)
    project.write(program('label="New"'))
    refused = project.up(check=False)
    assert any("pulumi up --refresh" in error for error in refused.errors)
    assert project.refresh().refreshed["c0"].op == "delete"
    with running(project, "up", "--yes") as running_up:
        running_up.until(LINK)
        new = weld.authorize()
        assert running_up.finish() == 0, running_up.text
    assert project.outputs()["c0"] == new != id


@pytest.mark.long
def test_arguments_that_weld_never_sees_change_without_a_request(weld: Simulator, stack: Stacks) -> None:
    project, id = existing(weld, stack, program('label="Stripe"'))
    other = 'authorization_timeout=5, redirect_uri="https://example.com/done", deletion_policy="retain"'
    project.write(program(f'label="Stripe", {other}'))
    assert project.up().changed == {"c0": "update"}
    assert project.outputs()["c0"] == id
    assert weld.requests() == []
    assert project.up(expect_no_changes=True).changed == {}
