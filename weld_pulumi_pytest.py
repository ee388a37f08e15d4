"""The pytest plugin of weld-pulumi; :mod:`weld_pulumi.testing` describes it, and is where to import it from.

pytest loads it in every run of an environment that has weld-pulumi. It is outside of the package, whose import loads
Pulumi and takes a third of a second, and imports the package only when a test uses the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from weld_pulumi.simulator import Simulator

__all__ = ["pytest_configure", "weld_simulator"]

MARKER = "weld_simulator"


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", f"{MARKER}(**settings): settings of the fixture weld_simulator")


@pytest.fixture
def weld_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Provide Weld on localhost for one test."""
    from weld_pulumi.simulator import Simulator

    marker = request.node.get_closest_marker(MARKER)
    settings: dict[str, Any] = {"auto_authorize": True, "authorize_delay": 0.0}
    if marker is not None:
        settings.update(marker.kwargs)
    with Simulator(**settings) as simulator:
        yield simulator
