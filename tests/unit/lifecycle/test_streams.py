"""Streams that are not listed, and the first list of a sync that had none."""

from __future__ import annotations

from tests.torture.lifecycle import streams_of
from tests.torture.model import Res, Stack
from weld_pulumi.simulator import Simulator


def test_without_a_list_they_are_left_alone(weld: Simulator, stack: Stack) -> None:
    props = {
        "connection_id": weld.create_connection("stripe", "Shop")["id"],
        "destination_schema_name": "raw",
        "sync_interval": "0 * * * *",
    }
    stack.up([Res("EltSync", "sync", props)])
    id = stack.state["sync"].id
    weld.create_stream(id, "charges", full_sync_always=True)
    assert stack.refresh() == {}
    stack.up([Res("EltSync", "sync", {**props, "sync_interval": "0 1 * * *"})])
    assert sorted(streams_of(weld, id)) == ["charges"]

    # When they become managed, what is beyond the list is not removed before a preview has shown it.
    listed = [Res("EltSync", "sync", {**props, "source_streams": [{"name": "refunds"}]})]
    stack.up(listed)
    assert sorted(streams_of(weld, id)) == ["charges", "refunds"]
    assert stack.preview(listed) == {"sync": "update"}
    assert stack.lines[-1] == (
        f"Weld: sync {id} was taken over as it was, and differs from the program in: source_streams."
    )
    stack.up(listed)
    assert sorted(streams_of(weld, id)) == ["refunds"]
    assert stack.up(listed) == {}

    # An empty list is a list.
    empty = [Res("EltSync", "sync", {**props, "source_streams": []})]
    stack.up(empty)
    assert streams_of(weld, id) == {}
    assert stack.up(empty) == {}
