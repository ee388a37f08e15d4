"""A real browser, headless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.support.chromium import launched


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """Return Chromium with a new profile."""
    with launched(tmp_path / "profile") as driver:
        yield driver
