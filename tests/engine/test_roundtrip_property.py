"""Whatever a program may legally say: after an `up` on the real engine there is nothing left to do."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.legal import readings, separate, syncs
from tests.support.programs import elt_sync, program, source_stream
from tests.support.stacks import Stacks
from weld_pulumi.simulator import Simulator


# No shrinking, which would take an hour of engine runs: tests/unit has the same strategies, and shrinks in seconds.
@pytest.mark.long
@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(readings, st.lists(st.tuples(syncs, separate), min_size=6, max_size=6))
def test_an_up_on_the_real_engine_leaves_nothing_to_do(
    chosen: dict[str, str], resources: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    with Simulator(readings=chosen) as weld, tempfile.TemporaryDirectory() as folder:
        connection = weld.create_connection("stripe", "Shop")["id"]
        lines = []
        for number, (sync, stream) in enumerate(resources):
            owner = weld.create_sync(connection, destination_schema_name=f"owner_{number}")["id"]
            schema = f"{sync['destination_schema_name']}_{number}"
            lines.append(elt_sync(f"sync{number}", connection, **{**sync, "destination_schema_name": schema}))
            lines.append(source_stream(f"stream{number}", repr(owner), **stream))
        stack = Stacks(Path(folder), weld)(program(*lines))
        assert set(stack.up().changed.values()) == {"create"}
        weld.clear_requests()
        stack.up(expect_no_changes=True)
        assert weld.requests() == []
        stack.refresh(expect_no_changes=True)
        assert stack.preview(refresh=True).changed == {}
        assert weld.writes() == []
        stack.destroy()
