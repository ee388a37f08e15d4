"""What the program marks as secret is in no message and no plain output, whatever is derived from it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.at_weld import sync_into
from tests.support.engine import Project, Result
from tests.support.programs import Code, elt_sync, get, program, resource, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator


def secret(value: object) -> Code:
    """A secret that the program makes itself: the engine takes those of the configuration out of what it prints."""
    text = json.dumps(value)
    middle = len(text) // 2
    return Code(f"pulumi.Output.secret(json.loads({text[:middle]!r} + {text[middle:]!r}))")


def of(*lines: str) -> str:
    return program("import json", *lines)


def nowhere(values: tuple[str, ...], stack: Project, *ran: Result) -> None:
    """None of the values is in what was printed, in the events, or in the state and its history."""
    for result in ran:
        for value in values:
            assert value not in result.text
            assert value not in json.dumps(result.events)
    for value in values:
        assert value not in stack.raw_state()


@pytest.mark.long
def test_the_ids_of_secret_streams_are_secret(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    streams = [{"name": "refunds"}, {"name": secret("charges"), "hashed_columns": [secret("email")]}]
    text = of(elt_sync("sync", stripe, source_streams=streams))
    stacked = stack(text)
    ran = [stacked.preview(diff=True), stacked.up(diff=True), stacked.cli("preview", "--json", "--stack", "test")]
    assert "ciphertext" in stacked.resource("sync")["outputs"]["stream_ids"]
    ran += [stacked.up(diff=True, expect_no_changes=True), stacked.refresh(diff=True, expect_no_changes=True)]
    nowhere(("charges", "email"), stacked, *ran)

    # Drift, and another name.
    weld.patch_sync(sync_into(weld, "weld_sync")["id"], enabled=False)
    ran = [stacked.refresh(diff=True)]
    stacked.write(of(elt_sync("sync", stripe, source_streams=secret([{"name": "customers"}]))))
    ran += [stacked.preview(diff=True), stacked.up(diff=True), stacked.refresh(diff=True), stacked.destroy()]
    nowhere(("charges", "customers", "email"), stacked, *ran)


@pytest.mark.long
def test_streams_that_are_not_secret_have_ids_that_are_not(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(
        of(elt_sync("sync", stripe, elt_settings={"account": secret("acct")}, source_streams=[{"name": "charges"}]))
    )
    stacked.up()
    assert set(stacked.resource("sync")["outputs"]["stream_ids"]) == {"charges"}


@pytest.mark.long
def test_a_state_with_plain_ids_gets_secret_ones(weld: Simulator, stack: Stacks) -> None:
    """As an older version wrote it."""
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(of(elt_sync("sync", stripe, source_streams=[{"name": "charges"}])))
    stacked.up()
    stacked.write(of(elt_sync("sync", stripe, source_streams=[{"name": secret("charges")}])))
    stacked.up(expect_no_changes=True)
    assert "charges" not in json.dumps(stacked.resource("sync")["outputs"]["stream_ids"])


@pytest.mark.long
def test_a_sync_that_is_replaced_into_a_secret_schema_does_not_show_it(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(of(elt_sync("sync", stripe, destination_schema_name=secret("raw_hunter"))))
    stacked.up()
    id = sync_into(weld, "raw_hunter")["id"]
    stacked.write(of(elt_sync("sync", stripe, destination_schema_name=secret("raw_other_hunter"))))
    previewed = stacked.preview(diff=True)
    assert f"replacing sync {id} ([secret]) " in previewed.text
    nowhere(("raw_hunter", "raw_other_hunter"), stacked, previewed, stacked.up(diff=True), stacked.destroy())


@pytest.mark.long
def test_a_misspelled_stream_among_secret_ones_is_told_by_its_place(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(stripe)
    for streams in (
        [{"name": "refunds"}, {"name": secret("chargesss")}],
        [{"name": "refunds"}, secret({"name": "chargesss"})],
        secret([{"name": "refunds"}, {"name": "chargesss"}]),
    ):
        stacked = stack(of(elt_sync("sync", stripe, source_streams=streams)))
        refused = stacked.preview(check=False)
        assert line_says(refused.text, "source_streams[1].name: ", "secret", "withheld")
        nowhere(("chargesss",), stacked, refused)
    # One that is not secret is told all the same.
    stacked = stack(of(elt_sync("sync", stripe, source_streams=[{"name": secret("refunds")}, {"name": "chargess"}])))
    refused = stacked.preview(check=False)
    assert line_says(refused.text, "source_streams[1].name: 'chargess' ", "did you mean 'charges'?")
    nowhere(("refunds",), stacked, refused)


@pytest.mark.long
def test_a_sync_that_is_there_already_is_refused_without_its_secret_schema(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    there = weld.create_sync(stripe, destination_schema_name="raw_hunter", sync_interval="0 */6 * * *")["id"]
    stacked = stack(of(elt_sync("sync", stripe, destination_schema_name=secret("raw_hunter"))))
    for refused in (stacked.preview(check=False), stacked.up(check=False)):
        assert f"adopt={there!r}" in refused.text
        assert "'[secret]'" in refused.text
        nowhere(("raw_hunter",), stacked, refused)


@pytest.mark.long
def test_a_problem_of_another_argument_does_not_show_a_secret(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(stripe, destination_schema_name="raw_hunter")["id"]
    given = {"destination_schema_name": secret("raw_other_hunter"), "adopt": sync}
    stacked = stack(of(elt_sync("sync", stripe, **given)))
    refused = stacked.preview(check=False)
    assert f"adopt={sync!r}" in refused.text
    nowhere(("raw_other_hunter",), stacked, refused)


@pytest.mark.long
def test_a_secret_label_is_shown_with_its_link_and_nowhere_else(tmp_path: Path) -> None:
    label = "Hunter's shop"
    with Simulator() as weld:  # nobody authorizes anything
        stacked = Stacks(tmp_path, weld)(
            of(
                resource("Connection", "shop", integration_id="stripe", label=secret(label), authorization_timeout=0),
                elt_sync("sync", Code("shop.id")),
            )
        )
        ran = [stacked.preview(diff=True), stacked.up(check=False), stacked.refresh(diff=True)]
        weld.advance(90_000)  # the link expires
        ran += [stacked.preview(diff=True, check=False), stacked.up(check=False), stacked.destroy()]
        links = f"{weld.url}/"
    lines = [line for result in ran for line in result.text.splitlines() if "Hunter" in line]
    assert lines
    assert [line for line in lines if links not in line] == []
    assert "Hunter" not in stacked.raw_state()


@pytest.mark.long
def test_a_label_in_weld_that_differs_from_a_secret_one_is_told_without_that(weld: Simulator, stack: Stacks) -> None:
    """What the resource remembers of it is secret too."""
    stacked = stack(of(resource("Connection", "shop", integration_id="stripe", label=secret("Hunter's shop"))))
    stacked.up()
    weld.patch_connection(stacked.resource("shop")["id"], label="Hunter's former shop")
    ran = [stacked.refresh(diff=True), stacked.up(diff=True)]
    assert "[secret]" in ran[0].text
    assert "Hunter's shop" not in "".join(result.text for result in ran)
    assert "Hunter" not in stacked.raw_state()


@pytest.mark.long
def test_a_stream_keeps_its_secret_name_out_of_all_output(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    there = weld.create_sync(stripe, streams=[{"name": "charges", "full_sync_always": True}])["id"]
    stacked = stack(of(source_stream("stream", repr(there), name=secret("charges"))))
    refused = stacked.preview(check=False)
    assert "differs in full_sync_always" in refused.text
    ran = [refused]
    stacked.write(of(source_stream("stream", repr(there), name=secret("charges"), adopt=True)))
    ran += [stacked.preview(diff=True), stacked.up(diff=True), stacked.up(diff=True), stacked.refresh(diff=True)]
    stacked.write(of(source_stream("stream", repr(there), name=secret("customers"))))
    ran += [stacked.preview(diff=True), stacked.up(diff=True)]
    # Without the program the plugin knows it from the state.
    weld.fault("status", "DELETE", r"/elt_streams/[^/]+", status=400, body={"message": "no customers here"})
    ran += [stacked.destroy(check=False), stacked.destroy()]
    assert "no [secret] here" in ran[-2].text
    nowhere(("charges", "customers"), stacked, *ran)


@pytest.mark.long
def test_get_shows_the_streams_of_a_sync_in_plain_text(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    sync = weld.create_sync(stripe, destination_schema_name="raw", streams=["charges"])["id"]
    stacked = stack(of(get("EltSync", "theirs", sync)))
    stacked.up()
    assert set(stacked.resource("theirs")["outputs"]["stream_ids"]) == {"charges"}


@pytest.mark.long
def test_an_explicit_provider_keeps_secrets_out_of_all_output(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    streams = [{"name": secret("charges")}]
    options = Code("pulumi.ResourceOptions(provider=team)")
    stacked = stack(
        of(
            f"team = weld.Provider('team', api_key={secret(weld.api_key)}, api_url={weld.url!r})",
            elt_sync("sync", stripe, source_streams=streams, opts=options),
        )
    )
    ran = [stacked.up(diff=True), stacked.refresh(diff=True), stacked.destroy()]
    nowhere(("charges", weld.api_key), stacked, *ran)
