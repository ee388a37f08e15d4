"""Which readings the tests have acted out."""

from __future__ import annotations

import pytest

from weld_pulumi.simulator import READINGS

TESTED: set[str] = set()


def reading(name: str) -> pytest.MarkDecorator:
    """Run a test under each value of a reading."""
    (declared,) = (item for item in READINGS if item.name == name)
    TESTED.add(name)
    return pytest.mark.parametrize("value", declared.values)
