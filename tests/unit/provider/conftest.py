from __future__ import annotations

import pytest

from tests.support.fake_engine import Stack
from weld_pulumi.simulator import Simulator


@pytest.fixture
def stack(weld: Simulator) -> Stack:
    """Return a stack on the model of the engine, which takes milliseconds."""
    return Stack(weld)
