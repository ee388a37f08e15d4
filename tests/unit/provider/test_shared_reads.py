"""What the resources of one process read once for all, and when they look again."""

from __future__ import annotations

import pytest

from tests.support.at_weld import short, sync_into
from tests.support.fake_engine import Held, Process, Props, Ref, Res, Stack
from weld_pulumi.simulator import Simulator

NAMES = ("charges", "refunds")


def deployed(weld: Simulator, stack: Stack, **props: object) -> Process:
    """A sync of two streams, and the process of the next command."""
    connection = weld.create_connection("stripe", "Shop")["id"]
    sync = {"connection_id": connection, "destination_schema_name": "raw", "sync_interval": "0 * * * *", **props}
    streams = [Res("SourceStream", name, {"elt_sync_id": Ref("sync"), "name": name}) for name in NAMES]
    stack.up([Res("EltSync", "sync", sync), *streams])
    weld.clear_requests()
    return Process(weld, stack.lines)


def outputs(process: Process, held: Held, known: Props | None = None) -> Props:
    read = process[held.kind].read(held.id, dict(held.outs) if known is None else known)
    assert read.outs is not None
    return read.outs


@pytest.mark.parametrize("order", [["sync", *NAMES], [*NAMES, "sync"]])
@pytest.mark.parametrize(("reading", "lists"), [("present", []), ("absent", ["GET /elt_streams"])])
def test_a_refresh_reads_a_sync_and_its_streams_once(
    weld: Simulator, stack: Stack, order: list[str], reading: str, lists: list[str]
) -> None:
    weld.set_reading("sync_streams_read", reading)
    process = deployed(weld, stack)
    for name in order:
        held = stack.state[name]
        assert outputs(process, held) == held.outs
    sync = sync_into(weld, "raw")["id"]
    # The streams that the source offers are read once too, for a warning of those that it has retired.
    reads = [f"GET /elt_syncs/{sync}", f"GET /elt_syncs/{sync}/available_source_streams"]
    assert sorted(short(weld.requests())) == sorted([*reads, *lists])


@pytest.mark.parametrize("answer", ["sent", "empty"])
def test_a_sync_that_this_process_changes_is_read_anew(weld: Simulator, stack: Stack, answer: str) -> None:
    weld.set_readings({"sync_streams_read": "present", "upsert_answer": answer})
    process = deployed(weld, stack)
    sync, stream = stack.state["sync"], stack.state["charges"]
    process["SourceStream"].read(stream.id, dict(stream.outs))
    process["EltSync"].update(sync.id, dict(sync.outs), {**sync.inputs, "sync_interval": "5 * * * *"})
    assert outputs(process, sync)["sync_interval"] == "5 * * * *"
    process["SourceStream"].create({"elt_sync_id": sync.id, "name": "payouts"})
    assert sorted(outputs(process, sync, known={})["stream_ids"]) == ["charges", "payouts", "refunds"]


def test_a_sync_is_not_believed_for_long(weld: Simulator, stack: Stack) -> None:
    process = deployed(weld, stack)
    sync, stream = stack.state["sync"], stack.state["charges"]
    process["SourceStream"].read(stream.id, dict(stream.outs))
    weld.patch_sync(sync.id, sync_interval="5 * * * *")
    process.context.reads.sync_max_age = 0.0
    assert outputs(process, sync)["sync_interval"] == "5 * * * *"


def test_a_second_read_of_a_sync_sees_it_anew(weld: Simulator, stack: Stack) -> None:
    process = deployed(weld, stack)
    sync = stack.state["sync"]
    assert outputs(process, sync) == sync.outs
    weld.patch_sync(sync.id, sync_interval="5 * * * *")
    assert outputs(process, sync)["sync_interval"] == "5 * * * *"


@pytest.mark.parametrize("reading", ["present", "absent"])
def test_a_refresh_asks_once_for_a_sync_that_is_gone_and_not_for_each_of_its_streams(
    weld: Simulator, stack: Stack, reading: str
) -> None:
    weld.set_reading("sync_streams_read", reading)
    process = deployed(weld, stack)
    sync = stack.state["sync"].id
    weld.delete_sync(sync)
    weld.clear_requests()
    for name in NAMES:
        held = stack.state[name]
        assert not process[held.kind].read(held.id, dict(held.outs)).id
    # The list proves that the host is Weld.
    assert sorted(short(weld.requests())) == ["GET /elt_syncs", f"GET /elt_syncs/{sync}"]


def test_creating_a_sync_with_its_streams_costs_four_requests_and_the_batches(weld: Simulator, stack: Stack) -> None:
    connection = weld.create_connection("load-test", "Shop")["id"]
    names = [f"table_{number:04d}" for number in range(2001)]
    props = {"connection_id": connection, "destination_schema_name": "raw", "sync_interval": "0 * * * *"}
    weld.clear_requests()
    stack.up([Res("EltSync", "sync", {**props, "source_streams": names})], preview_first=False)
    sync = sync_into(weld, "raw")["id"]
    assert sorted(short(weld.requests())) == sorted(
        [
            *(f"GET /connections/{connection}/settings", "GET /elt_syncs", "POST /elt_syncs"),
            *[f"POST /elt_syncs/{sync}/source_streams"] * 3,
            f"POST /elt_syncs/{sync}/enable",
        ]
    )
