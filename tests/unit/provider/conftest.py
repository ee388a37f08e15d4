from __future__ import annotations

import pytest

from tests.support.fake_engine import Stack
from weld_pulumi.simulator import Simulator


@pytest.fixture
def stack(weld: Simulator) -> Stack:
    """A stack of the model of the engine: what the provider answers, in milliseconds."""
    return Stack(weld)
