"""The pytest plugin of weld-pulumi; see :mod:`weld_pulumi.testing`.

pytest loads it in every environment that has weld-pulumi. It is not in the package, since importing that loads Pulumi,
which takes a third of a second; the fixture imports it.
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
    """Run Weld on localhost for one test."""
    from weld_pulumi.simulator import Simulator

    marker = request.node.get_closest_marker(MARKER)
    settings: dict[str, Any] = {"auto_authorize": True, "authorize_delay": 0.0}
    if marker is not None:
        settings.update(marker.kwargs)
    with Simulator(**settings) as simulator:
        yield simulator
