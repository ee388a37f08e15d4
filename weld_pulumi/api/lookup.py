"""Reads of an object that may not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..errors import NotFoundError

__all__ = ["or_none"]

T = TypeVar("T")


def or_none(get: Callable[[str], T], id: str) -> T | None:
    """Return what a read of one object returns, or None where Weld has no such object.

    Args:
        get: a method such as :meth:`.client.WeldClient.get_sync`.
        id: the object's id.

    Raises:
        WeldError: Weld cannot be asked.
    """
    try:
        return get(id)
    except NotFoundError:
        return None
