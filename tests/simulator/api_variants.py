"""Tests that run under each variant of Weld's API."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from weld_pulumi.simulator import READINGS


def reading(name: str) -> pytest.MarkDecorator:
    """Run a test with each value of a reading."""
    (declared,) = (item for item in READINGS if item.name == name)
    return pytest.mark.parametrize("value", declared.values)


def readings_with_tests() -> set[str]:
    """Return the readings that have such a test in this folder."""
    tests = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    return set(re.findall(r'^@reading\("(\w+)"\)$', tests, re.MULTILINE))
