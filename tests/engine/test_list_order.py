"""The order of lists: an index in an option of the engine means the program's, and otherwise order means nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import Code, elt_sync, options, program, source_stream
from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

REFUNDS: dict[str, Any] = {"name": "refunds", "hashed_columns": ["reason", "email"]}
CUSTOMERS: dict[str, Any] = {"name": "customers", "hashed_columns": ["phone", "email"]}
CHARGES: dict[str, Any] = {"name": "charges"}
#: By name, each would be at another index.
STREAMS = [REFUNDS, CHARGES, CUSTOMERS]


def text(stripe: str, streams: list[dict[str, Any]], interval: str = "0 */6 * * *", **opts: Any) -> str:
    return program(elt_sync("shop", stripe, source_streams=streams, sync_interval=interval, opts=options(**opts)))


def stream(weld: Simulator, name: str) -> dict[str, Any]:
    return streams_of(weld, sync_into(weld, "weld_shop")["id"])[name]


def listed(stacked: Any, part: str = "inputs") -> list[str]:
    return [entry["name"] for entry in stacked.resource("shop")[part]["source_streams"]]


@pytest.mark.long
def test_the_order_of_the_program_is_stored_and_shows_nowhere(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    invoices = {"name": "invoices", "excluded_substreams": ["invoice_line_items", "invoice_discounts"]}

    def written(streams: list[dict[str, Any]], columns: list[str]) -> str:
        return program(
            elt_sync("shop", stripe, source_streams=streams),
            elt_sync("owner", stripe),
            source_stream("alone", "owner.id", name="refunds", hashed_columns=columns),
        )

    stacked = stack(written([*STREAMS, invoices], ["reason", "email"]))
    stacked.up()
    for part in ("inputs", "outputs"):
        assert stacked.resource("shop")[part]["source_streams"] == [*STREAMS, invoices]
        assert stacked.resource("alone")[part]["hashed_columns"] == ["reason", "email"]
    weld.clear_requests()
    assert stacked.preview(refresh=True).changed == {}
    assert stacked.refresh(expect_no_changes=True).refreshed == {}
    assert stacked.up(expect_no_changes=True).changed == {}

    # Another order changes nothing, and is what an index means from then on.
    turned = [
        {"name": "invoices", "excluded_substreams": ["invoice_discounts", "invoice_line_items"]},
        CHARGES,
        CUSTOMERS,
        {**REFUNDS, "hashed_columns": ["email", "reason"]},
    ]
    stacked.write(written(turned, ["email", "reason"]))
    assert stacked.preview().changed == {}
    assert stacked.up(expect_no_changes=True).changed == {}
    assert stacked.resource("shop")["inputs"]["source_streams"] == turned
    assert stacked.preview(refresh=True).changed == {}
    assert stacked.refresh(expect_no_changes=True).refreshed == {}
    assert weld.writes() == []

    # What Weld has beyond the program comes after it, by name; a real change still shows.
    sync = sync_into(weld, "weld_shop")["id"]
    for name in ("payouts", "balance_transactions"):
        weld.create_stream(sync, name)
    stacked.refresh()
    for part in ("inputs", "outputs"):
        assert listed(stacked, part)[-2:] == ["balance_transactions", "payouts"]
    assert stacked.up().changed == {"shop": "update"}
    assert stacked.resource("shop")["outputs"]["source_streams"] == turned
    assert {name: each["id"] for name, each in streams_of(weld, sync).items()} == stacked.resource("shop")["outputs"][
        "stream_ids"
    ]


@pytest.mark.long
def test_an_adopted_sync_has_the_order_of_the_program(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(
        stripe,
        destination_schema_name="weld_shop",
        sync_interval="0 */6 * * *",
        streams=[{"name": "payouts"}, {"name": "charges"}, {"name": "refunds", "full_sync_always": True}],
    )
    stacked = stack(program(elt_sync("shop", stripe, source_streams=STREAMS, adopt=True)))
    stacked.up()
    assert listed(stacked, "outputs") == ["refunds", "charges", "customers", "payouts"]
    stacked.up()
    assert listed(stacked, "outputs") == ["refunds", "charges", "customers"]
    assert stacked.up(expect_no_changes=True).changed == {}


@pytest.mark.long
@pytest.mark.parametrize("lost", first_quick([["refunds"], [], ["refunds", "customers"]]))
def test_drift_in_an_ignored_entry_is_left_and_in_another_put_back(
    weld: Simulator, stack: Stacks, lost: list[str]
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    ignored = ["source_streams[2].hashed_columns", "source_streams[2].full_sync_always"]
    stacked = stack(text(stripe, STREAMS, ignore_changes=ignored))
    stacked.up()
    for name in ("customers", "charges"):
        weld.patch_stream(stream(weld, name)["id"], full_sync_always=True)
    for name in lost:
        weld.delete_stream(stream(weld, name)["id"])
    stacked.refresh()
    # The program forgets columns of the one whose columns are ignored.
    stacked.write(text(stripe, [REFUNDS, CHARGES, {"name": "customers"}], ignore_changes=ignored))
    assert stacked.up().changed == {"shop": "update"}
    assert stream(weld, "charges")["full_sync_always"] == 0
    assert stream(weld, "customers")["full_sync_always"] == (0 if "customers" in lost else 1)
    assert sorted(stream(weld, "customers")["hashed_columns"]) == ["email", "phone"]
    assert sorted(stream(weld, "refunds")["hashed_columns"]) == ["email", "reason"]
    assert listed(stacked) == listed(stacked, "outputs") == ["refunds", "charges", "customers"]
    assert stacked.preview(refresh=True).changed == {}


@pytest.mark.long
def test_a_stream_that_goes_stays_away_where_all_of_them_are_ignored(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(text(stripe, STREAMS, ignore_changes=["source_streams"]))
    stacked.up()
    weld.delete_stream(stream(weld, "refunds")["id"])
    stacked.refresh()
    weld.clear_requests()
    for _ in range(2):
        assert stacked.up(expect_no_changes=True).changed == {}
        assert stacked.refresh(expect_no_changes=True).refreshed == {}
    assert weld.writes() == []


@pytest.mark.long
def test_replace_on_changes_of_one_entry_replaces_for_that_one_only(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    replaced = ["source_streams[2].full_sync_always"]
    stacked = stack(text(stripe, STREAMS, replace_on_changes=replaced))
    stacked.up()
    weld.delete_stream(stream(weld, "refunds")["id"])
    assert stacked.up(refresh=True).changed == {"shop": "update"}

    def always(*names: str) -> list[dict[str, Any]]:
        return [{**each, "full_sync_always": True} if each["name"] in names else each for each in STREAMS]

    stacked.write(text(stripe, always("refunds", "charges"), replace_on_changes=replaced))
    assert stacked.preview().changed == {"shop": "update"}
    assert stacked.up().changed == {"shop": "update"}
    stacked.write(text(stripe, always("refunds", "customers", "charges"), replace_on_changes=replaced))
    assert stacked.preview().changed == {"shop": "replace"}
    assert stacked.up().changed == {"shop": "replace"}
    assert stacked.preview().changed == {}


@pytest.mark.long
@pytest.mark.parametrize(
    ("option", "path", "named"),
    first_quick(
        [
            ("ignore_changes", "source_streams[1].hashed_columns", 1),
            ("ignore_changes", "source_streams[0]", 0),
            ("replace_on_changes", "source_streams[*].name", 0),
        ],
        several=True,
    ),
)
def test_an_index_that_means_another_stream_than_before_is_refused(
    weld: Simulator, stack: Stacks, option: str, path: str, named: int
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    opts: dict[str, Any] = {option: [path]}
    stacked = stack(text(stripe, STREAMS, **opts))
    stacked.up()
    weld.clear_requests()
    for streams in ([{"name": "payouts"}, REFUNDS, CUSTOMERS], [CHARGES, CUSTOMERS, REFUNDS]):
        stacked.write(text(stripe, streams, **opts))
        refused = stacked.preview(check=False)
        assert not refused.ok
        assert f"source_streams[{named}]" in refused.text
        assert f"{option}=['{path}']" in refused.text
        assert "leave the option out" in refused.text
    assert weld.writes() == []

    # What is added behind it changes no index, and without the option any order will do.
    longer = [*STREAMS, {"name": "payouts"}]
    if "*" not in path or option == "replace_on_changes":  # the engine wants as many entries as there were
        stacked.write(text(stripe, longer, **opts))
        assert stacked.up().changed == {"shop": "update"}
    stacked.write(text(stripe, [{"name": "balance_transactions"}, *longer]))
    stacked.up()
    stacked.write(text(stripe, [{"name": "balance_transactions"}, *longer], **opts))
    assert stacked.up(expect_no_changes=True).changed == {}
    assert sorted(stream(weld, "customers")["hashed_columns"]) == ["email", "phone"]


@pytest.mark.long
@pytest.mark.parametrize("option", first_quick(["ignore_changes", "replace_on_changes"]))
def test_an_index_that_a_pattern_makes_meaningless_is_refused(weld: Simulator, stack: Stacks, option: str) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    late = Code("pulumi.Output.from_input([{'name': 'r*'}, {'name': 'customers'}])")

    def written(streams: Any, path: str) -> str:
        return program(elt_sync("shop", stripe, source_streams=streams, opts=options(**{option: [path]})))

    stacked = stack("")
    for streams, path in (
        ([{"name": "r*"}, CUSTOMERS], "source_streams[1].hashed_columns"),
        ([CUSTOMERS, {"name": "r*"}], "source_streams[*].hashed_columns"),
        ([{"name": "tmp", "exclude": True}, CUSTOMERS], "source_streams[1]"),
        (late, "source_streams[1].hashed_columns"),
    ):
        stacked.write(written(streams, path))
        refused = stacked.preview(check=False)
        assert not refused.ok
        assert f"{option}=['{path}']" in refused.text
        assert "plain name" in refused.text

    # Before the first pattern an index is the program's.
    path = "source_streams[1].full_sync_always"
    streams = [REFUNDS, CUSTOMERS, {"name": "c*"}, CHARGES]
    stacked.write(written(streams, path))
    stacked.up()
    assert listed(stacked)[:2] == ["refunds", "customers"]
    for name in ("refunds", "customers"):
        weld.patch_stream(stream(weld, name)["id"], full_sync_always=True)
    expected = {"ignore_changes": "update", "replace_on_changes": "replace"}[option]
    assert stacked.up(refresh=True).changed == {"shop": expected}
    assert stream(weld, "refunds")["full_sync_always"] == 0
    assert stream(weld, "customers")["full_sync_always"] == (1 if option == "ignore_changes" else 0)


@pytest.mark.long
def test_an_order_alone_never_replaces(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    for path, streams in (
        ("source_streams", [CUSTOMERS, REFUNDS, CHARGES]),
        ("source_streams[2].hashed_columns", [REFUNDS, CHARGES, {**CUSTOMERS, "hashed_columns": ["email", "phone"]}]),
    ):
        stacked = stack(text(stripe, STREAMS, replace_on_changes=[path]))
        stacked.up()
        stacked.write(text(stripe, streams, "5 5 * * *", replace_on_changes=[path]))
        refused = stacked.preview(check=False)
        assert not refused.ok
        assert line_says(refused.text, "another order", "Run `pulumi up`")
        stacked.write(text(stripe, streams, replace_on_changes=[path]))
        stacked.up(expect_no_changes=True)
        stacked.write(text(stripe, streams, "5 5 * * *", replace_on_changes=[path]))
        assert stacked.up().changed == {"shop": "update"}
        stacked.destroy()


@pytest.mark.long
def test_a_column_is_never_lost_to_an_index_in_another_order(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def written(columns: list[str]) -> str:
        return program(
            elt_sync("owner", stripe),
            source_stream(
                "alone",
                "owner.id",
                name="customers",
                hashed_columns=columns,
                opts=options(ignore_changes=["hashed_columns[0]"]),
            ),
        )

    stacked = stack(written(["phone", "email"]))
    stacked.up()
    stacked.write(written(["email", "phone"]))
    refused = stacked.preview(check=False)
    assert not refused.ok
    assert "hashed_columns=" not in refused.text
    assert line_says(refused.text, "twice", "hashed_columns as a whole")
