"""Weld on localhost, and stacks of Pulumi that are configured for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from weld_pulumi.simulator import Simulator


@pytest.fixture
def weld() -> Iterator[Simulator]:
    """Weld for one test: connections authorize themselves almost at once."""
    with Simulator(auto_authorize=True, authorize_delay=0.05) as simulator:
        yield simulator
