"""Lookups of one object that may not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from ..errors import NotFoundError

__all__ = ["by_id", "or_none"]

T = TypeVar("T")


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_Identified)


def by_id(items: Iterable[Item], id: str | None) -> Item | None:
    """Return the item with an id, or None.

    Args:
        items: models of Weld's objects, or anything else with an id.
        id: Weld's id.
    """
    return next((item for item in items if item.id == id), None)


def or_none(get: Callable[[str], T], id: str) -> T | None:
    """Return the object that a read of one object returns, or None if Weld has no such object.

    Args:
        get: a method such as :meth:`.client.WeldClient.get_sync`.
        id: the object's id.

    Raises:
        WeldError: Weld cannot be reached, or returned another error than 404.
    """
    try:
        return get(id)
    except NotFoundError:
        return None
