"""Variants of one test: the first is quick to have, all of them prove the whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

__all__ = ["first_quick"]


def first_quick(values: Iterable[Any], *, several: bool = False) -> list[Any]:
    """Return parameters of which `make test` runs the first, and `make test-all` runs all.

    Args:
        values: the value of one parameter each.
        several: each is a tuple that has the values of several parameters.
    """
    first, *others = values
    return [first, *(pytest.param(*(other if several else [other]), marks=pytest.mark.long) for other in others)]
