"""Every way in which taking over goes wrong, in the words of the provider."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.fake_engine import RefusedError, Res, Stack
from tests.support.refusals import refused, sync
from tests.support.wording import naming, says
from weld_pulumi.errors import WeldError
from weld_pulumi.simulator import Simulator


def test_a_sync_that_cannot_be_adopted_is_refused_with_what_there_is(weld: Simulator, stack: Stack) -> None:
    stripe, other = (weld.create_connection("stripe", label)["id"] for label in ("Shop", "Other"))
    one, two = (weld.create_sync(stripe, destination_schema_name="twice")["id"] for _ in range(2))
    elsewhere = weld.create_sync(other, destination_schema_name="theirs")["id"]
    told = {id: f"{id} (schema 'twice', interval '0 0 * * *')" for id in (one, two)}

    text = refused(stack, "EltSync", **sync(stripe, "none", adopt=True))
    assert says(text, "adopt: adopt=True: ", "no sync", stripe, "'none'", told[one], "Leave adopt out")

    text = refused(stack, "EltSync", **sync(stripe, "Twice", adopt=True))
    assert says(text, "adopt: adopt=True: ", "2 syncs", stripe, "'Twice'", *told.values())
    assert text.endswith((f"as in adopt={one!r}.", f"as in adopt={two!r}."))

    text = refused(stack, "EltSync", **sync(stripe, "twice", adopt="no-such"))
    assert says(text, "adopt: adopt='no-such': ", "no such sync", told[two])

    text = refused(stack, "EltSync", **sync(stripe, "twice", adopt=elsewhere))
    assert says(text, f"adopt: adopt='{elsewhere}': ", other, "'theirs'", "adopt another")
    assert stripe not in text


def test_a_stream_is_adopted_where_its_flags_are_the_same_and_else_refused(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    id = weld.create_sync(stripe, streams=["charges", {"name": "refunds", "full_sync_always": True}])["id"]
    refunds = next(s["id"] for s in weld.state()["streams"] if s["name"] == "refunds")

    text = refused(stack, "SourceStream", elt_sync_id=id, name="customers", adopt=True)
    assert says(
        text, f"name: adopt=True: sync {id} ", "no stream 'customers'", "'charges', 'refunds'", "Leave adopt out"
    )
    text = refused(stack, "SourceStream", elt_sync_id=id, name="refunds", enabled_history_table=True)
    assert says(text, f"name: sync {id} ", "'refunds'", f"({refunds})", "full_sync_always, enabled_history_table.")
    assert text.endswith("adopt=True.")
    # With the same flags it is taken over: an upsert could not tell the difference.
    assert stack.up([Res("SourceStream", "it", {"elt_sync_id": id, "name": "charges"})]) == {"it": "create"}
    assert stack.state["it"].id == next(s["id"] for s in weld.state()["streams"] if s["name"] == "charges")


def test_a_kept_adopt_does_not_hinder_a_replacement(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    id = weld.create_sync(stripe, destination_schema_name="before", streams=["charges"])["id"]
    stack.up(
        [
            Res("EltSync", "sync", sync(stripe, "before", adopt=True)),
            Res("SourceStream", "stream", {"elt_sync_id": id, "name": "charges", "adopt": True}),
        ]
    )
    program = [
        Res("EltSync", "sync", sync(stripe, "after", adopt=True)),
        Res("SourceStream", "stream", {"elt_sync_id": id, "name": "refunds", "adopt": True}),
    ]
    assert stack.up(program[:1]) == {"sync": "replace", "stream": "delete"}
    assert [s["destination_schema_name"] for s in weld.state()["syncs"]] == ["after"]


def test_two_resources_never_stand_for_one_object(weld: Simulator, stack: Stack) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    one = Res("EltSync", "one", sync(stripe, "raw"))
    stack.up([one])
    id = stack.state["one"].id
    with pytest.raises(RefusedError, match=naming(id, "'one'", "destination_schema_name")):
        stack.up([one, Res("EltSync", "two", sync(stripe, "raw", enabled=False))])
    with pytest.raises(RefusedError, match=naming("'one'", f"sync {id}", "remove")):
        stack.up([one, Res("EltSync", "two", sync(stripe, "raw", adopt=True))])
    stream = {"elt_sync_id": id, "name": "charges"}
    charges = Res("SourceStream", "charges", stream)
    stack.up([one, charges])
    for adopt in (False, True):
        twice = [one, charges, Res("SourceStream", "again", {**stream, "adopt": adopt, "run_triggers": [1]})]
        with pytest.raises(RefusedError, match=naming("'charges' of this", "stream 'charges' (", f"of sync {id}")):
            stack.up(twice)
    # Under another name in the program, without an alias: the object stays, whoever asks for it.
    renamed = [Res("EltSync", "renamed", sync(stripe, "raw", adopt=id)), Res("SourceStream", "renamed_stream", stream)]
    assert stack.up(renamed) == {
        "renamed": "create",
        "renamed_stream": "create",
        "one": "delete",
        "charges": "delete",
    }
    assert [s["id"] for s in weld.state()["syncs"]] == [id]
    assert [s["name"] for s in weld.state()["streams"]] == ["charges"]


def test_columns_that_only_weld_knows_outlive_a_change_of_an_adopted_stream(weld: Simulator, stack: Stack) -> None:
    """Weld never tells them, so a program that was made for what is there (`weld-pulumi import`) cannot say them."""
    stripe = weld.create_connection("stripe", "Shop")["id"]
    hashed = [{"name": name, "hashed_columns": ["email"]} for name in ("charges", "customers")]
    separate = weld.create_sync(stripe, destination_schema_name="separate", streams=hashed)["id"]
    weld.create_sync(stripe, destination_schema_name="inline", streams=hashed)

    def program(**flags: Any) -> list[Res]:
        entries = [{"name": "charges", **flags}, {"name": "customers"}]
        charges = {"elt_sync_id": separate, "name": "charges", "adopt": True, **flags}
        return [
            Res("EltSync", "inline", sync(stripe, "inline", source_streams=entries, adopt=True)),
            Res("SourceStream", "charges", charges),
        ]

    def columns() -> list[tuple[Any, Any]]:
        streams = [s for s in weld.state()["streams"] if s["name"] == "charges"]
        return [(stream["full_sync_always"], stream["hashed_columns"]) for stream in streams]

    stack.up(program())
    stack.up(program(full_sync_always=True))
    assert columns() == [(True, ["email"])] * 2
    stack.up(program(full_sync_always=True, hashed_columns=["phone"]))
    assert columns() == [(True, ["phone"])] * 2
    stack.up(program(full_sync_always=True))
    assert columns() == [(True, [])] * 2


def test_one_sync_has_one_resource_whichever_the_engine_asks_about_first(weld: Simulator, stack: Stack) -> None:
    """The engine asks about the resources of a program in an order that nobody can rely on."""
    stripe = weld.create_connection("stripe", "Shop")["id"]
    one = Res("EltSync", "one", sync(stripe, "raw"))
    stack.up([one])
    id = stack.state["one"].id
    two = Res("EltSync", "two", sync(stripe, "raw", adopt=id))
    for program in ([one, two], [two, one]):
        with pytest.raises((RefusedError, WeldError), match=naming(f"'{program[0].name}'", f"sync {id}")):
            stack.preview(program)
    assert stack.up([one]) == {}

    weld.create_stream(id, "charges")
    stream = {"elt_sync_id": id, "name": "charges"}
    first, second = Res("SourceStream", "first", stream), Res("SourceStream", "second", {**stream, "adopt": True})
    stack.up([one, first])
    for program in ([one, first, second], [one, second, first]):
        told = naming(f"'{program[1].name}' of this", "stream 'charges' (", f"of sync {id}")
        with pytest.raises((RefusedError, WeldError), match=told):
            stack.preview(program)

    shop = {"integration_id": "stripe", "label": "Shop", "adopt": True}
    stack.up([one, first, Res("Connection", "shop", shop)])
    again = Res("Connection", "again", {**shop, "adopt": stripe})
    for program in ([Res("Connection", "shop", shop), again], [again, Res("Connection", "shop", shop)]):
        with pytest.raises((RefusedError, WeldError), match=naming(f"'{program[0].name}' of this", stripe)):
            stack.preview([one, first, *program])
