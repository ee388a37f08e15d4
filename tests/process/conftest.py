from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.plugin import SECRET, Plugin
from weld_pulumi.simulator import Simulator


@pytest.fixture
def plugin(weld: Simulator, tmp_path: Path) -> Iterator[Plugin]:
    """Return a plugin that uses `weld`, configured as by the engine: with the complete stack configuration."""
    config = {"weld:apiKey": SECRET(weld.api_key), "weld:apiUrl": weld.url, "testing:other": "value"}
    with Plugin(config, folder=tmp_path) as started:
        yield started
