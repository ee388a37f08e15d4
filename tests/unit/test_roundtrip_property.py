"""Whatever a program may legally say, however Weld tells it back: after an `up` there is nothing left to do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.support.fake_engine import Process, Res, Stack
from tests.support.legal import readings, separate, syncs
from tests.support.variants import first_quick
from weld_pulumi.simulator import Simulator


@pytest.mark.parametrize("examples", first_quick([40, 200]))
def test_an_up_leaves_nothing_to_do_however_weld_tells_it_back(examples: int) -> None:
    settings(max_examples=examples, deadline=None, derandomize=True)(given(*CASES)(nothing_is_left))()


CASES = (readings, st.booleans(), st.lists(st.tuples(syncs, separate), min_size=1, max_size=3))


def nothing_is_left(
    chosen: dict[str, str], listed: bool, programs: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    with Simulator(readings=chosen) as weld:
        connection = weld.create_connection("stripe", "Shop")["id"]
        owner = weld.create_sync(connection, destination_schema_name="owner")["id"]
        stack = Stack(weld)
        for sync, stream in programs:
            # A list that comes later is another story: what is there already shows in the preview after.
            inline = {"source_streams": sync.get("source_streams") or []} if listed else {"source_streams": None}
            program = [
                Res("EltSync", "sync", {"connection_id": connection, **sync, **inline}),
                Res("SourceStream", "stream", {"elt_sync_id": owner, **stream}),
            ]
            steps = stack.up(program)
            event(" ".join(sorted(set(steps.values()))))
            assert_nothing_to_do(weld, stack, program)
        stack.destroy()


def assert_nothing_to_do(weld: Simulator, stack: Stack, program: list[Res]) -> None:
    weld.clear_requests()
    assert stack.up(program) == {}
    assert weld.requests() == []
    weld.advance(60)
    before = {name: held.inputs for name, held in stack.state.items()}
    stack.refresh()
    process = Process(weld, stack.lines)
    for name, held in stack.state.items():
        # What a refresh shows is how the inputs differ from what is there now, by the provider's own comparison.
        assert process[held.kind].diff(held.id, held.outs, before[name]).changes is False, name
    assert stack.preview(program) == {}
    assert weld.writes() == []
