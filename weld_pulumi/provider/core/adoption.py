"""Adoption: which existing object a resource takes over, and when two resources would manage the same one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from ...errors import WeldValidationError
from .ownership import OwnershipRegistry, alias_advice, name_of

__all__ = ["Candidates", "adopt", "choose", "duplicate", "renamed", "reserve"]

T = TypeVar("T")

_LEAVE_OUT = "Leave adopt out to create one"


class Candidates(ABC, Generic[T]):
    """The objects of one kind that a resource could take over.

    Attributes:
        kind: what they are, for messages: "sync".
    """

    kind: str

    @abstractmethod
    def by_id(self, id: str) -> T | None:
        """Return the object with this id; None where there is none."""

    @abstractmethod
    def mismatch(self, found: T) -> str:
        """Say why the object is not what the program describes; "" where it is."""

    @abstractmethod
    def matching(self) -> Sequence[T]:
        """Return the objects that are what the program describes, or may be."""

    def is_certain(self, found: T) -> bool:
        """Tell whether Weld reports enough of the object to be sure that it is the one."""
        return True

    @abstractmethod
    def id_of(self, found: T) -> str:
        """Return the object's id."""

    @abstractmethod
    def describe(self, found: T) -> str:
        """Name the object in a message."""

    @abstractmethod
    def wanted(self) -> str:
        """Say what the program describes: "of connection 'c' into schema 's'"."""

    @abstractmethod
    def present(self, found: Sequence[T]) -> str:
        """List what is there, as a sentence without its period."""


def adopt(ownership: OwnershipRegistry, urn: str, argument: bool | str, candidates: Candidates[T]) -> T:
    """Return the object that ``adopt`` of a resource means, and reserve it for the resource.

    Args:
        ownership: of this process.
        urn: the resource.
        argument: the value of ``adopt``: an id, or True for the only object that matches.
        candidates: the objects that it could mean.

    Raises:
        WeldValidationError: there is none, there are several, it does not match, or another resource has it.
    """
    found = choose(argument, candidates)
    reserve(ownership, urn, argument, candidates, found)
    return found


def choose(argument: bool | str, candidates: Candidates[T]) -> T:
    """Return the object that ``adopt`` means.

    Raises:
        WeldValidationError: there is none, there are several, or it does not match.
    """
    return _by_id(argument, candidates) if isinstance(argument, str) else _only_one(candidates)


def reserve(ownership: OwnershipRegistry, urn: str, argument: bool | str, candidates: Candidates[T], found: T) -> None:
    """Record that a resource is to adopt an object.

    Raises:
        WeldValidationError: another resource has it.
    """
    rival = ownership.reserve(urn, candidates.id_of(found))
    if rival:
        raise WeldValidationError(f"adopt={argument!r}: {duplicate(candidates.describe(found), rival)}")


def _by_id(id: str, candidates: Candidates[T]) -> T:
    found = candidates.by_id(id)
    if found is None:
        there = f"{candidates.present([])}. {_LEAVE_OUT}."
        raise WeldValidationError(f"adopt={id!r}: Weld has no such {candidates.kind}. {there}")
    mismatch = candidates.mismatch(found)
    if mismatch:
        raise WeldValidationError(f"adopt={id!r}: {mismatch}")
    return found


def _only_one(candidates: Candidates[T]) -> T:
    found = candidates.matching()
    if len(found) == 1 and candidates.is_certain(found[0]):
        return found[0]
    count = f"{len(found)} {candidates.kind}s" if len(found) > 1 else f"{'one' if found else 'no'} {candidates.kind}"
    uncertain = any(not candidates.is_certain(each) for each in found)
    next_step = f"Write the id of the right one, as in adopt={candidates.id_of(found[0])!r}" if found else _LEAVE_OUT
    raise WeldValidationError(
        f"adopt=True: Weld has {count}{' that may be it' if uncertain else ''} {candidates.wanted()}. "
        f"{candidates.present(found)}. {next_step}."
    )


def duplicate(what: str, rival: str) -> str:
    """Say that another resource of the program manages the same object."""
    return f"{name_of(rival)} of this program also manages {what}; remove one of the two resources."


def renamed(ownership: OwnershipRegistry, urn: str, id: str) -> str:
    """Say how a renamed resource keeps its object; "" where no other resource of the stack has it."""
    former = ownership.former_name(urn, id)
    return f"{name_of(former)} of this stack manages it. {alias_advice(urn, former)}" if former else ""
