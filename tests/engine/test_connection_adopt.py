"""Taking over a connection that is there, and what becomes of connections in the end."""

from __future__ import annotations

import pytest

from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.waiting import made, program
from tests.support.wording import line_says, saying, says
from weld_pulumi.simulator import Simulator

pytestmark = pytest.mark.weld_simulator(auto_authorize=False)

READINGS = [
    {},
    {"connections_envelope": "list", "connection_label": "name", "connection_integration": "integrationId"},
    {"connections_envelope": "data", "connection_integration": "absent", "connection_created_at": "absent"},
]


@pytest.mark.long
@pytest.mark.parametrize("readings", READINGS, ids=lambda readings: ",".join(map(str, readings.values())) or "default")
def test_adopt_true_takes_over_the_only_connection_that_fits(
    weld: Simulator, stack: Stacks, readings: dict[str, object]
) -> None:
    weld.set_readings(readings)
    id = weld.create_connection("stripe", "Stripe")["id"]
    weld.create_connection("stripe", "Other")
    project = stack(program('label="Stripe", adopt=True', sync=True))
    preview = project.preview()
    assert f"adopts connection {id}" in preview.text
    assert line_says(preview.text, f"connection {id} ", "deletes it", "deletion_policy='retain'")
    project.up()
    assert (project.outputs()["c0"], project.outputs()["c0_status"]) == (id, "AUTHORIZED")
    assert [r.path for r in weld.writes() if "connection" in r.path] == []
    weld.clear_requests()
    assert project.up(expect_no_changes=True).changed == {}
    assert weld.requests() == []
    assert project.refresh(expect_no_changes=True).refreshed == {}
    project.destroy()
    assert [c["label"] for c in made(weld)] == ["Other"]


@pytest.mark.long
def test_a_connection_is_adopted_by_its_id_also_under_another_label(weld: Simulator, stack: Stacks) -> None:
    """Also where Weld has another label for it, which is said and left alone."""
    weld.set_reading("connection_label", "label")
    id = weld.create_connection("stripe", "Theirs")["id"]
    project = stack(program(f'label="Ours", adopt="{id}", deletion_policy="retain"'))
    assert line_says(project.preview().text, f"connection {id} ", "'Theirs', not 'Ours'")
    first = project.up()
    assert "deletes it" not in first.text
    assert project.outputs()["c0"] == id
    assert project.up(expect_no_changes=True).changed == {}
    assert "Theirs" not in project.refresh(expect_no_changes=True).text
    gone = project.destroy()
    assert line_says(gone.text, f"connection {id} stays", "deletion_policy='retain'")
    assert [c["id"] for c in made(weld)] == [id]


@pytest.mark.long
def test_an_adoption_that_fits_no_connection_or_several_is_refused_with_candidates(
    weld: Simulator, stack: Stacks
) -> None:
    first = weld.create_connection("stripe", "Other")["id"]
    hubspot = weld.create_connection("hubspot", "Stripe")["id"]
    project = stack(program('label="Stripe", adopt=True'))
    for result in (project.preview(check=False), project.up(check=False)):
        [error, *_] = result.errors
        assert says(error, "no connection", "integration 'stripe'", "label 'Stripe'", first)
        assert hubspot not in error
    same = [weld.create_connection("stripe", "Stripe")["id"] for _ in range(2)]
    [error, *_] = project.preview(check=False).errors
    assert says(error, "2 connections", "integration 'stripe'", "label 'Stripe'", *same)
    for wanted, told in (("nothing", "no such connection"), (hubspot, "integration 'hubspot'")):
        project.write(program(f'label="Stripe", adopt="{wanted}"'))
        assert saying(project.preview(check=False).errors, f"adopt={wanted!r}: ", told)
    assert weld.writes() == []


@pytest.mark.long
def test_two_resources_cannot_adopt_one_connection(weld: Simulator, stack: Stacks) -> None:
    id = weld.create_connection("stripe", "Stripe")["id"]
    project = stack(program(f'label="A", adopt="{id}"', f'label="B", adopt="{id}"'))
    refused = project.up(check=False)
    assert saying(refused.errors, "of this program", id)
    first = program(f'label="A", adopt="{id}"')
    project.write(first)
    project.up()
    second = f'second = weld.Connection("second", integration_id="stripe", label="B", adopt="{id}", '
    project.write(first + second + "opts=pulumi.ResourceOptions(depends_on=[c0]))\n")
    refused = project.preview(check=False)
    assert saying(refused.errors, "of this program", id)
    project.write(first)
    assert project.up("--replace", project.resource("c0")["urn"]).changed == {"c0": "replace"}
    assert [c["id"] for c in made(weld)] == [id]


@pytest.mark.long
@pytest.mark.parametrize("reading", first_quick(["200", "400", "removes_syncs"]))
def test_destroy_deletes_a_connection_that_syncs_still_use_or_names_them(
    weld: Simulator, stack: Stacks, reading: str
) -> None:
    weld.set_readings({"delete_connection_with_syncs": reading, "delete_connection_answer": "204"})
    id = weld.create_connection("stripe", "Stripe")["id"]
    sync = weld.create_sync(id, destination_schema_name="theirs")["id"]
    project = stack(program('label="Stripe", adopt=True'))
    project.up()
    result = project.destroy(check=False)
    assert result.ok is (reading != "400")
    if reading == "400":
        assert saying(result.errors, "Syncs", sync)
        weld.delete_sync(sync)
        project.destroy()
    assert made(weld) == []


@pytest.mark.long
@pytest.mark.parametrize("gone", first_quick(["404", "204"]))
def test_a_connection_deleted_in_weld_leaves_the_stack_without_an_error(
    weld: Simulator, stack: Stacks, gone: str
) -> None:
    weld.set_reading("delete_gone", gone)
    id = weld.create_connection("stripe", "Stripe")["id"]
    project = stack(program('label="Stripe", adopt=True'))
    project.up()
    weld.delete_connection(id)
    assert project.preview(refresh=True, check=False).refreshed["c0"].op == "delete"
    project.destroy()
    assert project.resources() == []


@pytest.mark.long
def test_a_connection_that_a_lagging_list_does_not_show_stays_in_the_state(weld: Simulator, stack: Stacks) -> None:
    """What a list does not show yet is not gone."""
    weld.create_connection("stripe", "Stripe")
    project = stack(program('label="Stripe", adopt=True'))
    project.up()
    weld.set_reading("list_lag_seconds", 3600)
    assert project.refresh(expect_no_changes=True).refreshed == {}


@pytest.mark.parametrize("trouble", first_quick(["status", "html_200", "truncate"]))
def test_a_refresh_that_fails_keeps_the_connection_in_the_state(weld: Simulator, stack: Stacks, trouble: str) -> None:
    weld.create_connection("stripe", "Stripe")
    project = stack(program('label="Stripe", adopt=True'), config={"weld:maxRetries": "0"})
    project.up()
    weld.fault(trouble, "GET", "/connections", times=None, **({"status": 404} if trouble == "status" else {}))
    assert not project.refresh(check=False).ok
    assert len(project.resources()) == 1


@pytest.mark.long
def test_pulumi_import_of_a_connection_is_refused_and_adopt_is_named(weld: Simulator, stack: Stacks) -> None:
    id = weld.create_connection("stripe", "Stripe")["id"]
    project = stack(program(f'label="Stripe", opts=pulumi.ResourceOptions(import_="{id}")'))
    refused = project.preview(check=False)
    assert not refused.ok
    assert f"adopt='{id}'" in refused.text
    assert "weld-pulumi import" in refused.text


@pytest.mark.long
def test_connection_get_reads_a_connection_and_an_unknown_id_is_an_error(weld: Simulator, stack: Stacks) -> None:
    text = """
        import pulumi
        import weld_pulumi as weld

        there = weld.Connection.get("there", {id!r})
        for name in ("id", "label", "integration_id", "status", "created_at"):
            pulumi.export(name, getattr(there, name))
    """
    row = weld.create_connection("stripe", "Stripe")
    project = stack(text.format(id=row["id"]))
    project.up()
    told = {"id": row["id"], "label": "Stripe", "integration_id": "stripe", "status": "AUTHORIZED"}
    assert project.outputs() == {**told, "created_at": row["created_at"]}
    assert project.up(expect_no_changes=True).changed == {}
    for id in ("nothing", "pending-12345678-Stripe"):
        project.write(text.format(id=id))
        assert saying(project.preview(check=False).errors, f"no connection {id!r}")


def test_a_preview_names_each_wrong_argument_of_a_connection(weld: Simulator, stack: Stacks) -> None:
    wrong = (
        'label=" ", redirect_uri="http://example.com", authorization_timeout=-1, deletion_policy="keep", adopt=3, '
        'reauthorize_triggers="now"'
    )
    errors = stack(program(wrong)).preview(check=False).errors
    for name in ("label", "redirect_uri", "authorization_timeout", "deletion_policy", "adopt", "reauthorize_triggers"):
        assert any(f"property {name} " in error or f"problem: {name}: " in error for error in errors), (name, errors)
    [error] = stack(program('redirect_uri="https://example.com/?x"')).preview(check=False).errors
    assert "without port and query" in error
    [error] = stack(program('integration_id="strpe"')).preview(check=False).errors
    assert "write 'stripe'" in error
    unknown = stack(program('integration_id="my-own", label="A"')).preview()
    assert line_says(unknown.text, "not list", "'my-own'", "`weld-pulumi integrations`")


@pytest.mark.long
def test_a_preview_tells_all_mistakes_of_a_connection_at_once(weld: Simulator, stack: Stacks) -> None:
    wrong = 'integration_id="stirpe", label=5, authorization_timeout=-1, adopt="no-such"'
    told = "\n".join(stack(program(wrong)).preview(check=False).errors)
    for parts in (
        ("integration_id", "'stirpe' ", "write 'stripe'"),
        ("label", "5 ", "text"),
        ("authorization_timeout", "-1 ", "seconds"),
        ("adopt='no-such': ", "no such connection"),
    ):
        assert line_says(told, *parts)
    assert weld.writes() == []


@pytest.mark.long
def test_a_changed_integration_replaces_the_connection(weld: Simulator, stack: Stacks) -> None:
    old = weld.create_connection("stripe", "A")["id"]
    new = weld.create_connection("hubspot", "A")["id"]
    project = stack(program('integration_id="stripe", label="A", adopt=True'))
    project.up()
    project.write(program('integration_id="hubspot", label="A", adopt=True'))
    assert project.up().changed == {"c0": "replace"}
    assert project.outputs()["c0"] == new
    assert made(weld) == []
    assert [c["id"] for c in made(weld, "hubspot")] == [new] != [old]
