"""Options of the engine, values that only `up` tells, and classes of the user's own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import Code, elt_sync, export, options, program, source_stream
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

NAMES = """
    from pulumi import dynamic


    class NamesProvider(dynamic.ResourceProvider):
        serialize_as_secret_always = False

        def create(self, props):
            return dynamic.CreateResult("names-1", {"schema": "raw_late", "stream": "customers", "column": "email"})


    class Names(dynamic.Resource, module="testing", name="Names"):
        def __init__(self, name):
            super().__init__(NamesProvider(), name, {"schema": None, "stream": None, "column": None})
"""


@pytest.mark.long
def test_options_of_the_engine_hold_for_a_sync(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def text(name: str, streams: list[dict[str, Any]], **alias: Any) -> str:
        ignored = options(ignore_changes=["sync_interval", "enabled", "elt_settings.account"])
        return program(
            "class House(pulumi.ComponentResource):",
            "    def __init__(self):",
            "        super().__init__('testing:House', 'house')",
            "class RawSync(weld.EltSync):",
            "    pass",
            "house = House()",
            elt_sync("paused", stripe, source_streams=streams, elt_settings={"account": "a", "x": 1}, opts=ignored),
            elt_sync(name, stripe, destination_schema_name="raw", opts=options(parent=Code("house"), **alias)),
            elt_sync("own", stripe, opts=options(protect=True)).replace("weld.EltSync", "RawSync"),
        )

    one, two = [{"name": "charges"}], [{"name": "charges"}, {"name": "refunds"}]
    stacked = stack(text("before", one))
    stacked.up()
    assert stacked.resource("own")["type"] == "pulumi-python:dynamic/weld:EltSync"
    raw = sync_into(weld, "raw")["id"]
    paused = sync_into(weld, "weld_paused")["id"]
    weld.patch_sync(paused, sync_interval="1 1 * * *", enabled=False, elt_settings={"account": "theirs", "x": 1})

    # What is ignored stays as it is at Weld, when something else changes too, with a refresh before and without.
    alias = {"aliases": [Code("pulumi.Alias(name='before')")]}
    stacked.write(text("after", two, **alias))
    assert stacked.up().changed == {"paused": "update"}
    assert sync_into(weld, "raw")["id"] == raw
    assert sorted(streams_of(weld, paused)) == ["charges", "refunds"]
    kept = {"sync_interval": "1 1 * * *", "enabled": 0, "elt_settings": {"account": "theirs", "x": 1}}
    assert kept.items() <= sync_into(weld, "weld_paused").items()
    stacked.write(text("after", one, **alias))
    assert stacked.up(refresh=True).changed == {"paused": "update"}
    assert sorted(streams_of(weld, paused)) == ["charges"]
    assert kept.items() <= sync_into(weld, "weld_paused").items()

    refused = stacked.destroy(check=False)
    assert not refused.ok
    assert "protect" in refused.text
    assert [sync["destination_schema_name"] for sync in weld.state()["syncs"]] == ["weld_own"]


@pytest.mark.long
def test_a_sync_is_made_of_values_that_only_up_tells(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    weld.create_sync(stripe, destination_schema_name="other")
    streams = [
        {"name": "charges"},
        {"name": Code("names.stream"), "hashed_columns": [Code("names.column")]},
        {"name": "re*"},
    ]

    def text(interval: str) -> str:
        return program(
            "from names import Names",
            "names = Names('names')",
            elt_sync(
                "late",
                stripe,
                destination_schema_name=Code("names.schema"),
                sync_interval=interval,
                elt_settings={"account": Code("names.stream")},
                source_streams=streams,
                run_triggers=[Code("names.id")],
            ),
            elt_sync("owner", stripe),
            source_stream("stream", "owner.id", name=Code("names.stream"), hashed_columns=[Code("names.column")]),
            export("streams", "late.source_streams"),
        )

    stacked = stack(text("every hour"), files={"names.py": NAMES})
    refused = stacked.preview(check=False)
    assert "sync_interval value {every hour} " in refused.text  # the rest is checked all the same
    stacked.write(text("0 * * * *"))
    assert stacked.preview().changed == dict.fromkeys(("names", "late", "owner", "stream"), "create")
    stacked.up()
    late = sync_into(weld, "raw_late")
    assert late["elt_settings"] == {"account": "customers"}
    assert sorted(streams_of(weld, late["id"])) == ["charges", "customers", "refunds"]
    assert streams_of(weld, late["id"])["customers"]["hashed_columns"] == ["email"]
    assert [entry["name"] for entry in stacked.outputs()["streams"]] == ["charges", "customers", "refunds"]
    stacked.up(expect_no_changes=True)
