"""What a person reads in a preview beside the engine's diff: streams by name, exposed columns, what is taken over."""

from __future__ import annotations

import pytest

from tests.support.at_weld import streams_of
from tests.support.engine import Result
from tests.support.programs import Code, elt_sync, program, resource, source_stream
from tests.support.stacks import Stacks
from tests.support.wording import line_says, saying, says
from weld_pulumi.simulator import Simulator


def lines(result: Result, part: str) -> list[str]:
    """The lines of weld-pulumi that hold a part, each as often as it was printed."""
    told = [line.strip() for each in result.diagnostics for line in each.message.splitlines()]
    return [line for line in told if "Weld: " in line and part in line]


@pytest.mark.long
def test_a_connection_and_its_sync_are_adopted_together_and_changed_after_that(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    columns = {"hashed_columns": ["email"]}
    made = weld.create_sync(
        stripe,
        destination_schema_name="weld_shop",
        sync_interval="0 5 * * *",
        streams=["charges", {"name": "customers", **columns}, "payouts"],
    )["id"]
    connection = resource("Connection", "stripe", integration_id="stripe", label="Shop", adopt=True)

    def adopting(*entries: dict[str, object], adopt: object = True) -> str:
        return program(connection, elt_sync("shop", Code("stripe.id"), adopt=adopt, source_streams=list(entries)))

    # In preview the id of the connection is unknown to the sync; what will happen is said all the same.
    stacked = stack(adopting({"name": "charges"}, {"name": "customers"}, {"name": "refunds"}, adopt="no-such"))
    refused = stacked.preview(check=False)
    assert not refused.ok
    assert line_says(refused.text, "adopt='no-such': ", "no such sync")
    stacked.write(adopting({"name": "charges"}, {"name": "customers"}, {"name": "refunds"}))
    preview = stacked.preview()
    (adopts,) = lines(preview, "adopts sync")
    assert made in adopts
    assert "disabled" in adopts
    assert adopts.endswith(": sync_interval, enabled, source_streams.")
    assert saying(lines(preview, "sync 'shop': "), "adds refunds", "keeps payouts")
    assert weld.writes() == []
    stacked.up()
    assert stacked.resource("shop")["id"] == made
    assert streams_of(weld, made)["customers"]["hashed_columns"] == ["email"]

    # What goes is named before it goes; a refresh does not say it, since nothing goes by it.
    assert lines(stacked.refresh(), "removes") == []
    stacked.write(
        adopting({"name": "customers", "hashed_columns": ["phone"]}, {"name": "charges"}, {"name": "disputes"})
    )
    for shown in (stacked.preview(), stacked.up()):
        changes, *rest = lines(shown, "sync 'shop': ")
        assert says(changes, "adds disputes", "removes payouts, refunds", "changes customers (hashed_columns)")
        assert rest == lines(shown, "not report which columns")
        assert lines(shown, "customers (hashed_columns=['phone'])")
    weld.clear_requests()
    assert stacked.up(expect_no_changes=True).ok
    assert weld.requests() == []


@pytest.mark.long
def test_a_preview_names_the_columns_that_streams_expose_when_they_become_inline(
    weld: Simulator, stack: Stacks
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    theirs = weld.create_sync(stripe, destination_schema_name="Weld_Shop", sync_interval="0 1 * * *")["id"]
    sync = elt_sync("shop", stripe, deletion_policy="retain", remove_destination_data=True)
    separate = [
        source_stream("charges", "shop.id"),
        source_stream("customers", "shop.id", hashed_columns=["email", "phone"]),
    ]
    stacked = stack(program(sync, *separate))
    preview = stacked.preview()
    (shared,) = lines(preview, "same tables")
    assert shared.startswith(f"warning: Weld: sync 'shop': sync {theirs} ")
    (no_effect,) = lines(preview, "has no effect")
    assert "deletion_policy='retain'" in no_effect
    stacked.up()
    id = stacked.resource("shop")["id"]

    # A stream under another name in the program, with other flags.
    stacked.write(
        program(sync, separate[1], source_stream("renamed", "shop.id", name="charges", full_sync_always=True))
    )
    refused = stacked.preview(check=False).text
    assert refused.index("aliases=[pulumi.Alias(name='charges')]") < refused.index("adopt=True")

    stacked.write(program(sync, separate[0], source_stream("customers", "shop.id", hashed_columns=["phone"])))
    (exposed,) = lines(stacked.preview(), "plain text")
    assert exposed.startswith("warning: Weld: ")
    assert exposed.endswith("customers (email)")

    entries = [{"name": "charges"}, {"name": "customers", "hashed_columns": ["email"]}]
    stacked.write(program(elt_sync("shop", stripe, source_streams=entries)))
    preview = stacked.preview()
    assert preview.changed == {"shop": "update", "charges": "delete", "customers": "delete"}
    (stay,) = lines(preview, "stay in Weld")
    assert stay.endswith("charges, customers")
    (exposed,) = lines(preview, "plain text")
    assert exposed.endswith("customers (phone)")
    stacked.up()
    assert sorted(streams_of(weld, id)) == ["charges", "customers"]
    assert streams_of(weld, id)["customers"]["hashed_columns"] == ["email"]
