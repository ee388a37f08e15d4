"""Which resource of the stack stands for which object of Weld.

An object is deleted only by the last resource that stands for it. Who stands for it is seen in two places: in this
process, where the engine compares, checks and creates the resources of the program, and in the stack's state, which
also has what the engine leaves alone in this run (targets, another provider process, `destroy`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = ["CURRENT_URN", "Entry", "Holding", "OwnershipRegistry", "alias_advice", "name_of", "short_name"]

#: URN of the resource that is being handled. Where the adapter does not know it, its kind and id, or "" if it is new.
CURRENT_URN: ContextVar[str] = ContextVar("CURRENT_URN", default="")


class Entry(NamedTuple):
    """One entry of the stack's state: a resource, or the old half of one that is being replaced."""

    urn: str
    id: str
    outs: Mapping[str, Any]

    def stands_for(self, id: str) -> bool:
        """Whether it is the object, or a sync that lists it among its inline streams."""
        inline = self.outs.get("stream_ids")
        return self.id == id or (isinstance(inline, dict) and id in inline.values())


@dataclass
class Holding:
    """What a resource had when the engine compared it: an object, and the outputs of the last run.

    Attributes:
        leaves: the resource is being replaced, so it lets go of the object.
    """

    id: str
    outs: Mapping[str, Any]
    leaves: bool = False


class OwnershipRegistry:
    """Knows who stands for what. A resource is named by its URN; several threads may ask at once.

    Args:
        read_state: returns the entries of the state that holds a URN, read once in a while; None where it cannot be
            read.
    """

    def __init__(self, read_state: Callable[[str], Sequence[Entry] | None] = lambda _: None) -> None:
        self._read_state = read_state
        self._checked: set[str] = set()
        self._holdings: dict[str, Holding] = {}
        self._holders: dict[str, list[str]] = {}
        #: Object -> the resource that is to take it over, and the one that made it or took it over.
        self._claims: dict[str, str] = {}
        self._made: dict[str, str] = {}
        self._adopted_connections: set[str] = set()
        self._deleted: set[str] = set()
        #: What new syncs are to be made of -> the resource.
        self._wanted: dict[str, str] = {}
        #: Entries that this process has answered for in `delete`, of the state that was read last.
        self._let_go: list[tuple[str, str]] = []
        self._state: Sequence[Entry] | None = None
        self._lock = threading.RLock()

    # What the engine compares, checks and creates --------------------------------------------------------------

    def note_check(self, urn: str) -> None:
        """Note that a resource is one of the program: only these are checked; a refresh compares all of the state."""
        self._checked.add(urn)

    def is_in_program(self, urn: str) -> bool:
        """Whether it is the program's arguments that are compared; where no URN is known that is assumed."""
        return not urn.startswith("urn:") or urn in self._checked

    def hold(self, urn: str, id: str, outs: Mapping[str, Any], leaves: bool) -> str | None:
        """Note that a resource of the program has an object; return another resource that has it too, or is to."""
        if not self.is_in_program(urn):
            return None
        with self._lock:
            self._holdings[urn] = Holding(id, outs, leaves)
            self._holders.setdefault(id, []).append(urn)
            return None if leaves else self.owner(urn, id)

    def replacing(self, urn: str) -> Holding | None:
        """Return what a resource had, if it is made anew now: the engine compares first, then checks with no inputs."""
        with self._lock:
            holding = self._holdings.get(urn)
            if holding is not None:
                holding.leaves = True
            return holding

    def held(self, urn: str) -> str | None:
        """Return the object that a resource had when the engine compared it."""
        holding = self._holdings.get(urn)
        return holding.id if holding is not None else None

    def claim(self, urn: str, id: str) -> str | None:
        """Note that a new resource is to take an object over; return the resource of the program that keeps it."""
        with self._lock:
            rival = self.owner(urn, id)
            if rival is None:
                self._claims[id] = urn
            return rival

    def note_adopted_connection(self, id: str) -> None:
        """Note that a Connection of the program adopts this connection: its syncs may be adopted too."""
        with self._lock:
            self._adopted_connections.add(id)

    def adopted_connections(self) -> list[str]:
        """Return the connections that the program adopts, as far as this process has seen."""
        with self._lock:
            return sorted(self._adopted_connections)

    def owner(self, urn: str, id: str) -> str | None:
        """Return the other resource of the program that stands for an object, or is to."""
        if id in self._deleted or not urn:
            return None
        with self._lock:
            owners = [self._made.get(id, urn), self._claims.get(id, urn), *self._keeping(id)]
            return next((owner for owner in owners if owner not in ("", urn)), None)

    def first_to_want(self, urn: str, what: str) -> str | None:
        """Note what a new object is to be made of; return the other resource that wants just the same."""
        with self._lock:
            first = self._wanted.setdefault(what, urn)
            return first if urn and first != urn else None

    def make(self, urn: str, id: str) -> None:
        """Note that `create` of a resource answers with an object, be it new or taken over."""
        with self._lock:
            self._made[id] = urn

    def unmake(self, id: str) -> None:
        """Note that what was made is removed again."""
        with self._lock:
            self._made.pop(id, None)

    def is_made(self, id: str) -> bool:
        """Whether this process has made an object or taken it over."""
        return id in self._made

    def is_deleted(self, id: str) -> bool:
        """Whether this process has deleted an object, or left it to itself as its deletion policy asks."""
        return id in self._deleted

    def ids(self) -> set[str]:
        """Return all objects that resources of the program have, as far as this process has seen."""
        with self._lock:
            return {*self._made, *(holding.id for holding in self._holdings.values())}

    # What the state has ----------------------------------------------------------------------------------------

    def in_state(self, urn: str, id: str) -> list[Entry]:
        """Return the entries that stand for an object in the state of this stack, as far as that can be read."""
        with self._lock:
            self._look_at_state(urn)
            return [entry for entry in self._state or () if entry.stands_for(id)]

    def last_outputs(self, urn: str, id: str) -> Mapping[str, Any]:
        """Return the outputs of the resource that an object is taken over from; empty for a stranger's object."""
        with self._lock:
            held = [self._holdings[u].outs for u in self._holders.get(id, ()) if u != urn]
            return held[0] if held else next((e.outs for e in self.in_state(urn, id) if e.id == id), {})

    def streams_in_state(self, urn: str, sync_id: str) -> dict[str, Mapping[str, Any]]:
        """Return the outputs of the SourceStreams of a sync by the name of the stream, as far as the state has any."""
        with self._lock:
            self._look_at_state(urn)
            mine = [entry.outs for entry in self._state or () if entry.outs.get("elt_sync_id") == sync_id]
            return {str(outs.get("name")): outs for outs in mine}

    def former_name(self, urn: str, id: str) -> str | None:
        """Return another resource of the same type in the state that has an object: it may have been renamed."""
        kind = urn.split("::")[2:3]
        others = [entry.urn for entry in self.in_state(urn, id) if entry.urn != urn and entry.id == id]
        return next((other for other in others if other.split("::")[2:3] == kind), None)

    # Deletion --------------------------------------------------------------------------------------------------

    def let_go(self, urn: str, id: str) -> str | None:
        """Note that one entry of the state goes; return another resource, or other entry, that stands for the object.

        None means that it was the last one, so that the object may be deleted.
        """
        with self._lock:
            # A resource that is compared and not replaced stays; so what goes by its name is an older entry.
            here = [*([self._made[id]] if id in self._made else ()), *self._keeping(id)]
            keeper = here[0] if here else self._keeper_in_state(urn, id)
            self._let_go.append((urn, id))
            return keeper

    def note_deleted(self, id: str) -> None:
        """Note that an object is deleted, or left to itself as its deletion policy asks."""
        self._deleted.add(id)

    def _keeping(self, id: str) -> list[str]:
        return [urn for urn in self._holders.get(id, ()) if not self._holdings[urn].leaves]

    def _keeper_in_state(self, urn: str, id: str) -> str | None:
        others = [entry.urn for entry in self.in_state(urn, id)]
        for gone in [urn, *(u for u, i in self._let_go if i == id)]:
            if gone in others:
                others.remove(gone)
        return others[0] if others else None

    def _look_at_state(self, urn: str) -> None:
        state = self._read_state(urn)
        if state is not self._state:
            self._state, self._let_go = state, []


def short_name(urn: str) -> str:
    """Return the name of a resource; "" where its URN is not known."""
    return urn.rpartition("::")[2] if urn.startswith("urn:") else ""


def alias_advice(urn: str, former: str) -> str:
    """Say how a resource keeps what it had under its former name."""
    return (
        f"If {name_of(urn)} is the new name of {name_of(former)}, write aliases=[pulumi.Alias(name={name_of(former)})] "
        "in its options"
    )


def name_of(urn: str) -> str:
    """Name a resource in a message."""
    return repr(short_name(urn)) if short_name(urn) else "another resource"
