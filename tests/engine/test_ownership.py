"""An object is deleted only by the last resource that stands for it, whatever happened in between."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.at_weld import short, streams_of, sync_into
from tests.support.programs import Code, elt_sync, options, program, resource, source_stream
from tests.support.stacks import Stacks
from tests.support.variants import first_quick
from tests.support.wording import line_says
from weld_pulumi.simulator import Simulator

PARALLEL = pytest.mark.parametrize(
    "parallel", first_quick([(), ("--parallel=1",), ("--parallel=64",)]), ids=["default", "1", "64"]
)
URN = "urn:pulumi:test::testing::pulumi-python:dynamic/weld"


class Renamed:
    """A connection, a sync and a stream, and then the same under other names, without an alias."""

    def __init__(self, weld: Simulator, stack: Stacks) -> None:
        self.weld = weld
        self.stripe = weld.create_connection("stripe", "Other")["id"]
        self.stack = stack(self.program("old"))
        self.stack.up()
        self.ids = self.there()
        weld.clear_requests()

    def program(self, name: str, *more: str, adopt: Mapping[str, object] | None = None) -> str:
        adopts = {} if adopt is None else {"adopt": adopt["sync"]}
        return program(
            resource("Connection", f"{name}_shop", integration_id="stripe", label="Shop", adopt=adopt is not None),
            elt_sync(
                f"{name}_sync",
                self.stripe,
                destination_schema_name="raw",
                source_streams=[{"name": "charges", "hashed_columns": ["email"]}],
                **adopts,
            ),
            elt_sync("owner", self.stripe),
            source_stream(f"{name}_stream", "owner.id", name="refunds", excluded_columns=["card"]),
            *more,
        )

    def renamed(self, *more: str) -> str:
        return self.program("new", *more, adopt=self.ids)

    def there(self) -> dict[str, object]:
        """What Weld has, by id; what is there twice would fail."""
        (shop,) = (c["id"] for c in self.weld.state()["connections"] if c["label"] == "Shop")
        owner = sync_into(self.weld, "weld_owner")["id"]
        sync = sync_into(self.weld, "raw")["id"]
        streams = {**streams_of(self.weld, sync), **streams_of(self.weld, owner)}
        columns = (streams["charges"]["hashed_columns"], streams["refunds"]["excluded_columns"])
        return {
            "shop": shop,
            "sync": sync,
            "streams": {name: stream["id"] for name, stream in streams.items()},
            "columns": columns,
        }

    def urns(self, name: str) -> list[str]:
        kinds = {"shop": "Connection", "sync": "EltSync", "stream": "SourceStream"}
        return [f"{URN}:{kind}::{name}_{part}" for part, kind in kinds.items()]

    def take_over(self, how: str, *args: str) -> None:
        """The new names take over; the deletion of the old ones is left for later."""
        if how == "target":
            self.stack.write(self.renamed())
            self.stack.up(*(f"--target={urn}" for urn in self.urns("new")), *args)
        else:
            needs = Code("[new_shop, new_sync, new_stream]")
            fails = source_stream("fails", "owner.id", name="no_such_stream", opts=options(depends_on=needs))
            self.stack.write(self.renamed(fails))
            assert not self.stack.up(*args, check=False).ok
            self.stack.write(self.renamed())
        held = [each["id"] for each in self.stack.resources()]
        assert {id: held.count(id) for id in (self.ids["shop"], self.ids["sync"])} == dict.fromkeys(
            (self.ids["shop"], self.ids["sync"]), 2
        )

    def deletions(self) -> list[str]:
        return [call for call in short(self.weld.requests()) if call.startswith("DELETE")]


@PARALLEL
@pytest.mark.parametrize("how", first_quick(["target", "failure"]))
def test_an_object_that_a_new_name_has_taken_over_outlives_the_deletion_of_the_old_one(
    weld: Simulator, stack: Stacks, how: str, parallel: tuple[str, ...]
) -> None:
    case = Renamed(weld, stack)
    case.take_over(how, *parallel)
    if how == "failure":
        case.stack.refresh()
    finished = case.stack.up(*parallel)
    assert {name for name, op in finished.changed.items() if op == "delete"} == {"old_shop", "old_sync", "old_stream"}
    for name in ("new_shop", "new_sync", "new_stream"):
        assert line_says(finished.text, "not deleted", f"'{name}' of this stack")
    assert case.there() == case.ids
    assert case.deletions() == []
    case.stack.up(expect_no_changes=True)
    case.stack.destroy()
    assert len(case.deletions()) == len(set(case.deletions()))
    assert [s["id"] for s in weld.state()["syncs"]] == []
    assert [c["id"] for c in weld.state()["connections"] if c["integration_id"] == "stripe"] == [case.stripe]


@pytest.mark.long
def test_the_old_name_alone_can_be_destroyed_or_removed_by_target(weld: Simulator, stack: Stacks) -> None:
    case = Renamed(weld, stack)
    case.take_over("target")
    shop, sync, stream = case.urns("old")
    destroyed = case.stack.destroy(f"--target={shop}", f"--target={sync}")
    assert destroyed.changed == {"old_shop": "delete", "old_sync": "delete"}
    assert case.stack.up(f"--target={stream}").changed == {"old_stream": "delete"}
    assert case.there() == case.ids
    assert case.deletions() == []
    case.stack.up(expect_no_changes=True)


def test_destroying_a_stack_in_which_two_names_stand_for_one_object_deletes_it_once(
    weld: Simulator, stack: Stacks
) -> None:
    case = Renamed(weld, stack)
    case.take_over("target")
    case.stack.destroy()
    assert sorted(case.deletions()) == sorted(set(case.deletions()))
    assert weld.state()["syncs"] == []
    assert [c["id"] for c in weld.state()["connections"] if c["integration_id"] == "stripe"] == [case.stripe]


@pytest.mark.long
def test_a_stream_that_moves_to_an_explicit_provider_of_the_same_workspace_is_not_deleted(
    weld: Simulator, stack: Stacks
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    owner = weld.create_sync(stripe)["id"]
    provider = (
        f"there = weld.Provider('there', api_key=pulumi.Config('weld').require_secret('apiKey'), api_url={weld.url!r})"
    )
    stacked = stack(program(source_stream("refunds", repr(owner))))
    stacked.up()
    before = streams_of(weld, owner)
    stacked.write(program(provider, source_stream("refunds", repr(owner), opts=options(provider=Code("there")))))
    stacked.up()
    assert streams_of(weld, owner) == before
    stacked.up(expect_no_changes=True)


@pytest.mark.long
def test_a_stream_that_became_inline_outlives_its_old_resource_in_a_later_run(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(elt_sync("sync", stripe), source_stream("refunds", "sync.id")))
    stacked.up()
    before = streams_of(weld, sync_into(weld, "weld_sync")["id"])
    stacked.write(program(elt_sync("sync", stripe, source_streams=[{"name": "refunds"}])))
    # Pulumi refuses to leave the old resource out, after it has updated the sync.
    assert not stacked.up(f"--target={URN}:EltSync::sync", check=False).ok
    kept = stacked.destroy(f"--target={URN}:SourceStream::refunds")
    assert line_says(kept.text, "'refunds' ", "not deleted", "'sync' of this stack")
    assert streams_of(weld, sync_into(weld, "weld_sync")["id"]).keys() == before.keys()
    stacked.up(expect_no_changes=True)


@pytest.mark.long
@PARALLEL
@pytest.mark.parametrize("count", [2, 3])
def test_streams_exchange_their_names_in_one_up_and_lose_nothing(
    weld: Simulator, stack: Stacks, count: int, parallel: tuple[str, ...]
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    owner = weld.create_sync(stripe)["id"]
    names = ["charges", "customers", "refunds"][:count]

    def text(order: list[str]) -> str:
        streams = [source_stream(f"s{n}", repr(owner), name=name) for n, name in enumerate(order)]
        return program(*streams)

    stacked = stack(text(names))
    stacked.up()
    before = {name: stream["id"] for name, stream in streams_of(weld, owner).items()}
    weld.clear_requests()
    turned = names[1:] + names[:1]
    stacked.write(text(turned))
    assert set(stacked.preview().changed.values()) == {"replace"}
    stacked.up(*parallel)
    assert {name: stream["id"] for name, stream in streams_of(weld, owner).items()} == before
    assert [stacked.resource(f"s{n}")["id"] for n in range(count)] == [before[name] for name in turned]
    assert [call for call in short(weld.requests()) if call.startswith("DELETE")] == []
    stacked.up(expect_no_changes=True)
    stacked.refresh(expect_no_changes=True)


@pytest.mark.long
def test_streams_that_differ_cannot_exchange_their_names_and_preview_and_up_say_so_alike(
    weld: Simulator, stack: Stacks
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    owner = weld.create_sync(stripe)["id"]

    def text(one: str, two: str, **adopt: bool) -> str:
        return program(
            source_stream("s1", repr(owner), name=one, full_sync_always=True, **adopt),
            source_stream("s2", repr(owner), name=two, **adopt),
        )

    stacked = stack(text("charges", "refunds"))
    stacked.up()
    before = streams_of(weld, owner)
    stacked.write(text("refunds", "charges"))
    for refused in (stacked.preview(check=False), stacked.up(check=False), stacked.up(check=False)):
        assert not refused.ok
        assert "differs in full_sync_always" in refused.text
        assert "adopt=True" in refused.text
    assert streams_of(weld, owner) == before
    # The way that it says.
    stacked.write(text("refunds", "charges", adopt=True))
    stacked.up()
    stacked.up()
    now = streams_of(weld, owner)
    assert {name: stream["id"] for name, stream in now.items()} == {name: s["id"] for name, s in before.items()}
    assert [now[name]["full_sync_always"] for name in ("charges", "refunds")] == [False, True]
    stacked.up(expect_no_changes=True)


@pytest.mark.long
def test_streams_that_exchange_their_syncs_lose_nothing(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    one, two = (weld.create_sync(stripe, destination_schema_name=schema)["id"] for schema in ("one", "two"))

    def text(first: str, second: str) -> str:
        return program(
            source_stream("s1", repr(first), name="charges"), source_stream("s2", repr(second), name="charges")
        )

    stacked = stack(text(one, two))
    stacked.up()
    before = [streams_of(weld, sync)["charges"]["id"] for sync in (one, two)]
    stacked.write(text(two, one))
    stacked.preview()
    stacked.up()
    assert [streams_of(weld, sync)["charges"]["id"] for sync in (one, two)] == before
    stacked.up(expect_no_changes=True)


@pytest.mark.long
@pytest.mark.parametrize("order", first_quick([("one", "two"), ("two", "one")]))
def test_schemas_that_two_syncs_exchange_are_refused_with_the_way_that_loses_nothing(
    weld: Simulator, stack: Stacks, order: tuple[str, str]
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def text(**schemas: str) -> str:
        first, second = (
            elt_sync(name, stripe, destination_schema_name=schemas[name], **more)
            for name, more in zip(order, ({}, {"opts": options(depends_on=Code(f"[{order[0]}]"))}), strict=True)
        )
        return program(first, second)

    stacked = stack(text(one="first", two="second"))
    stacked.up()
    before = weld.state()["syncs"]
    stacked.write(text(one="second", two="first"))
    for refused in (stacked.preview(check=False), stacked.up(check=False)):
        assert not refused.ok
        assert line_says(refused.text, f"'{order[1]}' of this stack", "`pulumi state rename`")
        assert "adopt=" not in refused.text
    assert weld.state()["syncs"] == before


@pytest.mark.long
@pytest.mark.parametrize("order", first_quick([("one", "copy"), ("copy", "one")]))
def test_a_copy_of_a_sync_beside_it_is_refused_in_preview_and_both_are_named(
    weld: Simulator, stack: Stacks, order: tuple[str, str]
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]

    def text(*names: str) -> str:
        return program(*(elt_sync(name, stripe, destination_schema_name="raw") for name in names))

    stacked = stack(text("one"))
    stacked.up()
    id = sync_into(weld, "raw")["id"]
    stacked.write(text(*order))
    refused = stacked.preview(check=False)
    assert [error for error in refused.errors if "'copy'" in error and "'one'" in error and id in error]
    assert "replacing" not in refused.text
    assert not stacked.up(check=False).ok
    assert sync_into(weld, "raw")["id"] == id


@pytest.mark.long
def test_two_new_syncs_that_are_the_same_are_refused_in_preview_and_both_are_named(
    weld: Simulator, stack: Stacks
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(*(elt_sync(name, stripe, destination_schema_name="raw") for name in ("one", "copy"))))
    refused = stacked.preview(check=False)
    assert [error for error in refused.errors if "'copy'" in error and "'one'" in error]
    assert weld.writes() == []


@pytest.mark.long
def test_a_sync_renamed_without_an_alias_is_refused_with_the_alias_first(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(elt_sync("one", stripe, destination_schema_name="raw")))
    stacked.up()
    before = weld.state()["syncs"]
    stacked.write(program(elt_sync("other", stripe, destination_schema_name="raw")))
    refused = stacked.preview(check=False)
    assert "aliases=[pulumi.Alias(name='one')]" in refused.text
    aliased = options(aliases=[Code("pulumi.Alias(name='one')")])
    stacked.write(program(elt_sync("other", stripe, destination_schema_name="raw", opts=aliased)))
    stacked.up()
    assert weld.state()["syncs"] == before


@pytest.mark.long
def test_a_state_that_cannot_be_read_is_told_and_stops_no_deletion(weld: Simulator, stack: Stacks) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    stacked = stack(program(elt_sync("one", stripe)))
    stacked.up()
    broken = stacked.folder / "bin"
    broken.mkdir()
    (broken / "pulumi").write_text("#!/bin/sh\nexit 3\n")
    (broken / "pulumi").chmod(0o755)
    stacked.env["PATH"] = f"{broken}:{stacked.env['PATH']}"
    destroyed = stacked.destroy()
    assert line_says(destroyed.text, "stack 'test'", "`pulumi stack export`")
    assert weld.state()["syncs"] == []
