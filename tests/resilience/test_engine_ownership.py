"""Twenty rounds on the real engine of what must never go wrong by chance: taken over, exchanged, ignored by index."""

from __future__ import annotations

import pytest

from tests.support.at_weld import streams_of, sync_into
from tests.support.programs import elt_sync, options, program, resource, source_stream
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator

ROUNDS = 20
URN = "urn:pulumi:test::testing::pulumi-python:dynamic/weld"

pytestmark = [
    pytest.mark.long,
    pytest.mark.parametrize("parallel", [(), ("--parallel=1",)], ids=["default", "1"]),
]


def deletions(weld: Simulator) -> list[str]:
    return [r.path for r in weld.requests() if r.method == "DELETE"]


def test_new_names_take_over_and_the_old_ones_go_in_a_later_up(
    weld: Simulator, stack: Stacks, parallel: tuple[str, ...]
) -> None:
    stripe = weld.create_connection("stripe", "Other")["id"]
    owner = weld.create_sync(stripe)["id"]

    def text(n: int, **adopt: str) -> str:
        return program(
            resource("Connection", f"shop{n}", integration_id="stripe", label="Shop", adopt=bool(adopt)),
            elt_sync(f"sync{n}", stripe, destination_schema_name="raw", source_streams=[{"name": "charges"}], **adopt),
            source_stream(f"stream{n}", repr(owner), name="refunds"),
        )

    def there() -> list[str]:
        return sorted(row["id"] for table in ("connections", "syncs", "streams") for row in weld.state()[table])

    stacked = stack(text(0))
    stacked.up(*parallel)
    before, id = there(), sync_into(weld, "raw")["id"]
    weld.clear_requests()
    for n in range(1, ROUNDS + 1):
        stacked.write(text(n, adopt=id))
        kinds = (("Connection", "shop"), ("EltSync", "sync"), ("SourceStream", "stream"))
        stacked.up(*(f"--target={URN}:{kind}::{name}{n}" for kind, name in kinds), *parallel)
        assert sorted(stacked.up(*parallel).changed.values()) == ["delete"] * 3
        assert (there(), deletions(weld)) == (before, [])


def test_streams_exchange_their_names_many_times_and_lose_nothing(
    weld: Simulator, stack: Stacks, parallel: tuple[str, ...]
) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    owner = weld.create_sync(stripe)["id"]
    names = ["charges", "customers", "refunds", "payouts"]

    def text() -> str:
        return program(*(source_stream(f"s{n}", repr(owner), name=name) for n, name in enumerate(names)))

    stacked = stack(text())
    stacked.up(*parallel)
    before = {name: stream["id"] for name, stream in streams_of(weld, owner).items()}
    weld.clear_requests()
    for n in range(ROUNDS):
        count = 2 + n % 3
        names[:count] = [*names[1:count], names[0]]
        stacked.write(text())
        assert set(stacked.up(*parallel).changed.values()) == {"replace"}
        assert {name: stream["id"] for name, stream in streams_of(weld, owner).items()} == before
        assert [stacked.resource(f"s{n}")["id"] for n in range(len(names))] == [before[name] for name in names]
    assert deletions(weld) == []
    stacked.up(expect_no_changes=True)


def test_an_ignored_index_is_that_of_the_program(weld: Simulator, stack: Stacks, parallel: tuple[str, ...]) -> None:
    stripe = weld.create_connection("stripe", "Shop")["id"]
    ignored = options(ignore_changes=["source_streams[0].hashed_columns"])

    def text(n: int) -> str:
        entries = [
            {"name": "refunds", "hashed_columns": [f"ignored{n}"]},
            {"name": "charges", "hashed_columns": ["email", f"column{n}"]},
        ]
        return program(elt_sync("sync", stripe, source_streams=entries, opts=ignored))

    stacked = stack(text(0))
    stacked.up(*parallel)
    for n in range(1, ROUNDS + 1):
        id = sync_into(weld, "weld_sync")["id"]
        weld.patch_stream(streams_of(weld, id)["charges"]["id"], full_sync_always=True)
        stacked.write(text(n))
        stacked.up(*parallel, refresh=True)
        now = streams_of(weld, id)
        assert now["refunds"]["hashed_columns"] == ["ignored0"]
        assert sorted(now["charges"]["hashed_columns"]) == sorted(["email", f"column{n}"])
        assert not now["charges"]["full_sync_always"]
