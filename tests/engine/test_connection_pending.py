"""A connection that nobody has authorized yet: what `preview`, `up`, `refresh` and `destroy` make of it."""

from __future__ import annotations

import pytest

from tests.support.engine import Project
from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.waiting import answer, made, program, redirect
from tests.support.wording import line_says, saying
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

NOW = 'label="Stripe", authorization_timeout=0'
A, B = ('label="A", authorization_timeout=0', 'label="B", authorization_timeout=0')
DAY = 24 * 60 * 60.0

#: What nobody documents, as far as it tells one new connection from another.
READINGS = [
    {"connections_envelope": "list", "paging_fields": "camel"},
    {"connection_label": "name", "connection_integration": "integrationId", "connection_created_at": "absent"},
    {"connection_label": "absent"},
    {"connection_integration": "absent", "list_order": "oldest"},
    {"connection_label": "absent", "connection_integration": "absent", "connections_envelope": "data"},
    {"used_bridge_listed": "listed", "bridge_link": "url_relative"},
]


def pending(stack: Stacks, text: str) -> Project:
    """A stack whose `up` has left something waiting."""
    project = stack(text)
    project.up()
    return project


@pytest.mark.long
def test_a_sync_fails_until_a_person_authorizes_its_connection_and_a_later_up_makes_it(
    weld: Simulator, stack: Stacks
) -> None:
    project = stack(program(NOW, sync=True))
    preview = project.preview()
    assert preview.changed == {"c0": "create", "sync": "create"}
    assert weld.writes() == []

    first = project.up(check=False)
    assert not first.ok
    assert len(first.errors) == 2  # the engine's own is that the update failed
    assert saying(first.errors, "the connection 'Stripe' ", "not authorized", "`weld-pulumi authorize`")
    assert [(r.method, r.path) for r in weld.writes()] == [("POST", "/connection_bridges")]
    resource = project.resource("c0")
    assert resource["id"].startswith("pending-")
    [bridge] = weld.pending_bridges()
    assert bridge["redirect_uri"] == "https://weld.app"
    assert project.outputs()["c0_authorize_url"] == bridge["authorize_url"]
    assert "ciphertext" in resource["outputs"]["authorize_url"]
    shown = project.cli("stack", "output", "c0_authorize_url", "--show-secrets", "--stack", "test").stdout
    assert shown.strip() == bridge["authorize_url"]
    assert bridge["authorize_url"].partition("=")[2] not in project.raw_state()
    assert sum(bridge["authorize_url"] in d.message for d in first.diagnostics) == 1

    weld.clear_requests()
    waiting = project.preview()
    assert waiting.changed == {"sync": "create"}
    assert saying((d.message for d in waiting.diagnostics), "the connection 'Stripe' (stripe) ", "still waits")
    second = project.up(check=False)
    assert second.seconds < 60
    for told in (waiting, second):  # each of which is a run: it names the way, and shows no link
        assert "token=" not in told.text
        assert sum("weld-pulumi authorize" in d.message for d in told.diagnostics if d.severity != "error") == 1
    assert weld.writes() == []

    connection_id = weld.authorize()
    told = project.preview()
    assert told.changed == {"c0": "replace", "sync": "create"}
    assert connection_id in told.text
    assert weld.writes() == []
    assert project.up().changed == {"c0": "replace", "sync": "create"}
    assert [r.path for r in weld.writes() if "connection" in r.path] == []
    assert project.outputs()["c0"] == connection_id
    assert "c0_authorize_url" not in project.outputs()
    assert not project.cli("stack", "output", "c0_authorize_url", "--stack", "test", check=False).ok
    assert weld.state()["syncs"][0]["source_connection_id"] == connection_id
    assert project.up(expect_no_changes=True).changed == {}
    assert project.refresh(expect_no_changes=True).refreshed == {}


@pytest.mark.long
@pytest.mark.parametrize("readings", first_quick(READINGS), ids=lambda readings: ",".join(map(str, readings.values())))
def test_refresh_gives_an_authorized_connection_its_id_in_place(
    weld: Simulator, stack: Stacks, readings: dict[str, object]
) -> None:
    """Beside a connection that was there before, with the same integration and label."""
    weld.set_readings(readings)
    theirs = weld.create_connection("stripe", "Stripe")["id"]
    project = pending(stack, program(NOW))
    assert project.refresh().refreshed == {}
    assert project.resource("c0")["outputs"]["status"] == "PENDING"
    ours = weld.authorize()
    seen = project.preview(refresh=True)
    assert seen.refreshed["c0"].op == "update"
    assert set(seen.changed) == set()
    assert line_says(project.refresh().text, "the connection 'Stripe' (stripe) is authorized", ours)
    assert project.resource("c0")["id"] == ours != theirs
    assert project.outputs()["c0"].startswith("pending-")  # outputs of the stack are the program's, hence of an `up`
    assert project.up().changed == {}
    assert project.outputs()["c0"] == ours
    weld.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    assert weld.requests() == []


@pytest.mark.long
def test_a_connection_of_somebody_else_is_named_and_not_taken(weld: Simulator, stack: Stacks) -> None:
    theirs = weld.create_connection("stripe", "Stripe")["id"]
    weld.create_connection("stripe", "Other")
    project = stack(program(NOW))
    advice = f"write adopt={theirs!r}"
    assert advice in project.preview().text
    first = project.up()
    assert sum(advice in d.message for d in first.diagnostics) == 1
    assert len(weld.pending_bridges()) == 1
    assert project.up().changed == {}
    assert project.resource("c0")["id"].startswith("pending-")

    project.write(program(f'label="Stripe", adopt="{theirs}"'))
    assert project.preview().changed == {"c0": "replace"}
    project.up()
    assert project.outputs()["c0"] == theirs
    assert project.up(expect_no_changes=True).changed == {}


@pytest.mark.long
def test_a_protected_connection_gets_its_id_by_refresh(weld: Simulator, stack: Stacks) -> None:
    project = pending(stack, program(f"{NOW}, opts=pulumi.ResourceOptions(protect=True)"))
    weld.authorize()
    refused = project.up(check=False)
    assert not refused.ok
    assert "`pulumi refresh` instead" in refused.text
    project.refresh()
    assert project.up().changed == {}
    assert project.outputs()["c0"] == made(weld)[0]["id"]


@pytest.mark.long
def test_up_replaces_a_link_that_has_expired(weld: Simulator, stack: Stacks) -> None:
    weld.advance(-DAY - 60)
    project = pending(stack, program(NOW))
    weld.advance(DAY + 60)
    old = project.outputs()["c0_authorize_url"]
    assert line_says(project.refresh().text, "'Stripe' (stripe)", "expired", "`pulumi up`")
    preview = project.preview()
    assert preview.changed == {"c0": "update"}
    assert old not in preview.text
    assert len(weld.writes()) == 1
    renewed = project.up()
    assert renewed.changed == {"c0": "update"}
    [bridge] = weld.pending_bridges()
    assert project.outputs()["c0_authorize_url"] == bridge["authorize_url"] != old
    assert bridge["authorize_url"] in renewed.text
    assert old not in renewed.text
    assert project.up().changed == {}
    weld.authorize()
    assert project.up().changed == {"c0": "replace"}


@pytest.mark.long
def test_up_opens_a_fresh_link_when_a_person_has_refused_after_the_last_up(weld: Simulator, stack: Stacks) -> None:
    """The link is used up, which only shows in Weld's list of bridges."""
    project = pending(stack, program(NOW))
    weld.refuse()
    told = project.up()
    assert line_says(told.text, "'Stripe' (stripe)", "was used", "`pulumi up`")
    assert told.changed == {"c0": "update"}
    weld.authorize()
    assert project.up().changed == {"c0": "replace"}
    assert len(made(weld)) == 1


@pytest.mark.long
def test_two_waiting_connections_with_one_label_are_refused(weld: Simulator, stack: Stacks) -> None:
    project = stack(program(NOW, NOW))
    for refused in (project.preview(check=False), project.up(check=False)):
        assert saying(refused.errors, "two Connection resources", "label 'Stripe'", "another label")
    assert len(weld.pending_bridges()) <= 1


@pytest.mark.long
def test_a_connection_like_one_that_waits_is_refused_until_that_is_authorized(weld: Simulator, stack: Stacks) -> None:
    project = pending(stack, program(NOW))
    for text in (program(NOW, NOW), program(NOW, NOW).replace("c1", "a1")):
        project.write("\n".join(sorted(text.splitlines(), key=lambda line: "a1" not in line and "import" not in line)))
        refused = project.preview(check=False)
        assert saying(refused.errors, "two Connection resources", "label 'Stripe'"), refused.text
    weld.authorize()
    project.write(program(NOW))
    project.up()
    project.write(program(NOW, NOW))  # the first one is there now, and known
    assert project.up().changed == {"c1": "create"}
    second = weld.authorize()
    project.up()
    assert project.outputs()["c1"] == second != project.outputs()["c0"]


@pytest.mark.long
def test_up_recognizes_a_connection_by_its_used_link_where_weld_tells_no_labels(weld: Simulator, stack: Stacks) -> None:
    """A link that can still be used is not the one that a connection came of."""
    weld.set_reading("connection_label", "absent")
    project = pending(stack, program(A, B))
    [of_b] = [bridge for bridge in weld.pending_bridges() if bridge["label"] == "B"]
    b = weld.authorize(of_b["id"])
    assert project.up().changed == {"c1": "replace"}
    assert project.outputs()["c1"] == b


@pytest.mark.long
def test_up_guesses_no_connection_where_weld_tells_neither_labels_nor_used_links(
    weld: Simulator, stack: Stacks
) -> None:
    """Where Weld tells neither labels nor which links are used, the program says which connection is which."""
    weld.set_readings({"connection_label": "absent", "used_bridge_listed": "listed"})
    project = pending(stack, program(A, B))
    a, b = (weld.authorize(bridge["id"]) for bridge in weld.pending_bridges())
    unsure = project.up()
    assert unsure.changed == {}
    assert all(f"{id} (stripe, " in unsure.text for id in (a, b))
    project.write(program(f"{A}, adopt='{a}'", f"{B}, adopt='{b}'"))
    assert project.preview().changed == {"c0": "replace", "c1": "replace"}
    project.up()
    assert (project.outputs()["c0"], project.outputs()["c1"]) == (a, b)
    assert project.up(expect_no_changes=True).changed == {}


@pytest.mark.long
def test_a_changed_label_opens_another_link_for_a_connection_that_waits(weld: Simulator, stack: Stacks) -> None:
    project = pending(stack, program(NOW))
    project.write(program('label="Stripe EU", authorization_timeout=600'))
    changed = project.up()
    assert changed.changed == {"c0": "update"}
    assert changed.seconds < 60  # it does not wait again
    assert line_says(changed.text, "nobody waits", "the connection 'Stripe' (stripe) ")
    [bridge] = [bridge for bridge in weld.pending_bridges() if bridge["label"] == "Stripe EU"]
    assert project.outputs()["c0_authorize_url"] == bridge["authorize_url"]
    weld.authorize(bridge["id"])
    assert project.up().changed == {"c0": "replace"}
    assert made(weld)[0]["label"] == "Stripe EU"


@pytest.mark.long
def test_destroy_forgets_a_connection_that_waits_and_writes_nothing_to_weld(weld: Simulator, stack: Stacks) -> None:
    project = pending(stack, program(NOW))
    removed = project.destroy()
    assert project.resources() == []
    assert line_says(removed.text, "nobody waits", "the connection 'Stripe' (stripe) ")
    assert [r.method for r in weld.writes()] == ["POST"]


def test_destroy_names_and_keeps_what_a_person_authorized_after_the_last_up(weld: Simulator, stack: Stacks) -> None:
    project = pending(stack, program(NOW))
    connection_id = weld.authorize()
    removed = project.destroy()
    assert f"adopt={connection_id!r}" in removed.text
    assert [c["id"] for c in made(weld)] == [connection_id]


@pytest.mark.long
def test_preview_without_a_key_shows_that_a_connection_still_waits(weld: Simulator, stack: Stacks) -> None:
    project = pending(stack, program(NOW))
    project.cli("config", "rm", "weld:apiKey", "--stack", "test")
    preview = project.preview()
    assert preview.changed == {}
    assert line_says(preview.text, "the connection 'Stripe' (stripe) still waits", "`weld-pulumi authorize`")


@pytest.mark.long
def test_preview_without_weld_shows_that_it_could_not_be_asked(weld: Simulator, stack: Stacks) -> None:
    project = pending(stack, program(NOW))
    project.configure({"weld:validation": "offline", "weld:maxRetries": "0"})
    weld.stop()
    preview = project.preview()
    assert preview.changed == {}
    assert line_says(preview.text, "could not be asked", "GET /connections")
    weld.start()


@pytest.mark.long
def test_a_link_that_no_up_waits_for_leads_the_browser_back_to_weld(weld: Simulator, stack: Stacks) -> None:
    """The browser ends up somewhere that exists, not on a port of this machine."""
    project = pending(stack, program(NOW))
    weld.set_reading("redirect_parameter", "connection_id")
    link = project.outputs()["c0_authorize_url"]
    assert redirect(weld, link).startswith("https://weld.app?connection_id=")
    assert answer(weld, link).status_code == 410
    assert project.up().changed == {"c0": "replace"}
