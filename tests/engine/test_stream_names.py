"""Plain names in `source_streams`."""

from __future__ import annotations

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import Code, elt_sync, export, program, resource
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

CONNECTION = resource("Connection", "stripe", integration_id="stripe", label="Shop")


@pytest.mark.long
def test_a_plain_name_is_a_stream(weld: Simulator, stack: Stacks) -> None:
    names = ["charges", {"name": "customers", "hashed_columns": ["email"]}, "invoice*"]
    shop = stack(
        program(
            CONNECTION,
            elt_sync("shop", Code("stripe.id"), source_streams=names),
            export("streams", "shop.source_streams"),
        )
    )
    shop.preview()
    shop.up()
    streams = streams_of(weld, sync_into(weld, "weld_shop")["id"])
    assert {"charges", "customers", "invoices"} <= set(streams)
    assert streams["customers"]["hashed_columns"] == ["email"]
    assert {"name": "charges"} in shop.outputs()["streams"]
    weld.clear_requests()
    shop.up(expect_no_changes=True)
    assert shop.preview(refresh=True).changed == {}
    assert weld.writes() == []


@pytest.mark.long
def test_names_and_dicts_mean_the_same(weld: Simulator, stack: Stacks) -> None:
    as_dicts = elt_sync("shop", Code("stripe.id"), source_streams=[{"name": "charges"}, {"name": "refunds"}])
    as_names = elt_sync("shop", Code("stripe.id"), source_streams=["charges", "refunds"])
    shop = stack(program(CONNECTION, as_dicts))
    shop.up()
    shop.write(program(CONNECTION, as_names))
    assert shop.preview("--expect-no-changes").changed == {}


@pytest.mark.long
def test_a_misspelled_name_is_told_in_preview(weld: Simulator, stack: Stacks) -> None:
    shop = stack(program(CONNECTION, elt_sync("shop", Code("stripe.id"), source_streams=["charges"])))
    shop.up()
    shop.write(program(CONNECTION, elt_sync("shop", Code("stripe.id"), source_streams=["charges", "custmers"])))
    text = shop.preview(check=False).text
    assert "source_streams[1]" in text
    assert "'customers'" in text
    shop.write(program(CONNECTION, elt_sync("shop", Code("stripe.id"), source_streams="charges")))
    text = shop.preview(check=False).text
    assert "['charges']" in text
