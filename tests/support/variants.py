"""Variants of one test: `make test` runs the first, `make test-all` every one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

__all__ = ["first_quick"]


def first_quick(values: Iterable[Any], *, several: bool = False) -> list[Any]:
    """Return parameters for pytest, all but the first marked as long.

    Args:
        values: the values of the parameter.
        several: each value is a tuple for several parameters.
    """
    first, *others = values
    return [first, *(pytest.param(*(other if several else [other]), marks=pytest.mark.long) for other in others)]
