"""Ownership: which resource of the stack manages which object of Weld.

An object is deleted only with the last resource that manages it. There are two sources: what the engine compares,
checks and creates in this process, and the stack's state, which also has the resources that this run does not touch
(with targets, in another provider process, in `destroy`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, NamedTuple

__all__ = ["CURRENT_URN", "Entry", "OwnershipRegistry", "PreviousObject", "alias_advice", "name_of", "short_name"]

#: URN of the resource that is being handled. Where the adapter does not know it: its kind and id, or "" if it is new.
CURRENT_URN: ContextVar[str] = ContextVar("CURRENT_URN", default="")


class Entry(NamedTuple):
    """One entry of the stack's state: a resource, or the old half of one that is being replaced."""

    urn: str
    id: str
    outs: Mapping[str, Any]

    def manages(self, id: str) -> bool:
        """Tell whether the entry is the object, or a sync with the object among its inline streams."""
        inline = self.outs.get("stream_ids")
        return self.id == id or (isinstance(inline, dict) and id in inline.values())


@dataclass
class PreviousObject:
    """The object and the outputs that a resource has from the last run.

    Attributes:
        is_replaced: the resource is being replaced, so it stops managing the object.
    """

    id: str
    outs: Mapping[str, Any]
    is_replaced: bool = False


class OwnershipRegistry:
    """Which resource, named by its URN, manages which object. Several threads may use it.

    Invariant: an object has at most one owner among the resources of the program. Each of them is registered here
    before it may manage an object: when the engine compares it (`note_compared`), when a new one is to adopt
    (`reserve`), and when it has created or adopted (`note_created`). Whoever comes second learns of the first. An
    object may be deleted only when `release` returns None.

    Args:
        read_state: returns the entries of the state that contains a URN, the same list for a while; None where the
            state cannot be read.
    """

    def __init__(self, read_state: Callable[[str], Sequence[Entry] | None] = lambda _: None) -> None:
        self._read_state = read_state
        #: URNs of resources that were checked.
        self._checked: set[str] = set()
        self._previous: dict[str, PreviousObject] = {}
        #: Object -> the resources that have it from the last run.
        self._previous_owners: dict[str, list[str]] = {}
        #: Object -> the new resource that is to adopt it.
        self._reserved: dict[str, str] = {}
        #: Object -> the resource that has created or adopted it.
        self._created: dict[str, str] = {}
        self._adopted_connections: set[str] = set()
        self._deleted: set[str] = set()
        #: Description of an object to be created -> the resource.
        self._planned: dict[str, str] = {}
        #: (URN, object) of each entry of `_state` that was released.
        self._released: list[tuple[str, str]] = []
        self._state: Sequence[Entry] | None = None
        self._lock = threading.RLock()

    # Resources of the program ----------------------------------------------------------------------------------

    def note_checked(self, urn: str) -> None:
        """Record that a resource is part of the program: a refresh compares all of the state, but checks nothing."""
        self._checked.add(urn)

    def is_in_program(self, urn: str) -> bool:
        """Tell whether a resource is part of the program; one whose URN is unknown counts as such."""
        return not urn.startswith("urn:") or urn in self._checked

    def note_compared(self, urn: str, id: str, outs: Mapping[str, Any], is_replaced: bool) -> str | None:
        """Record what a resource of the program has from the last run; return another owner of the object."""
        if not self.is_in_program(urn):
            return None
        with self._lock:
            self._previous[urn] = PreviousObject(id, outs, is_replaced)
            self._previous_owners.setdefault(id, []).append(urn)
            return None if is_replaced else self.other_owner(urn, id)

    def begin_replacement(self, urn: str) -> PreviousObject | None:
        """Record that a resource is replaced; return what it has from the last run, or None if it is new.

        The engine compares a resource first, and then checks the new half of a replacement without old inputs.
        """
        with self._lock:
            previous = self._previous.get(urn)
            if previous is not None:
                previous.is_replaced = True
            return previous

    def previous_id(self, urn: str) -> str | None:
        """Return the object that a resource has from the last run; None if it is new."""
        previous = self._previous.get(urn)
        return previous.id if previous is not None else None

    def previous_outputs(self, urn: str) -> Mapping[str, Any]:
        """Return the outputs that a resource has from the last run; empty if it is new."""
        previous = self._previous.get(urn)
        return previous.outs if previous is not None else {}

    def reserve(self, urn: str, id: str) -> str | None:
        """Record that a new resource is to adopt an object, unless it has another owner; return that owner."""
        with self._lock:
            owner = self.other_owner(urn, id)
            if owner is None:
                self._reserved[id] = urn
            return owner

    def note_adopted_connection(self, id: str) -> None:
        """Record that a Connection of the program adopts this connection: its syncs may be adopted too."""
        with self._lock:
            self._adopted_connections.add(id)

    def adopted_connections(self) -> list[str]:
        """Return the connections that the program adopts, as far as this process has seen."""
        with self._lock:
            return sorted(self._adopted_connections)

    def other_owner(self, urn: str, id: str) -> str | None:
        """Return the other resource of the program that manages an object, or is to."""
        if id in self._deleted or not urn:
            return None
        with self._lock:
            owners = [self._created.get(id, urn), self._reserved.get(id, urn), *self._remaining_owners(id)]
            return next((owner for owner in owners if owner not in ("", urn)), None)

    def register_planned(self, urn: str, description: str) -> str | None:
        """Record the description of an object to be created; return the other resource that came first with it."""
        with self._lock:
            first = self._planned.setdefault(description, urn)
            return first if urn and first != urn else None

    def note_created(self, urn: str, id: str) -> None:
        """Record the object that `create` of a resource returns, whether it was created or adopted."""
        with self._lock:
            self._created[id] = urn

    def forget_created(self, id: str) -> None:
        """Forget an object that was rolled back."""
        with self._lock:
            self._created.pop(id, None)

    def is_created(self, id: str) -> bool:
        """Tell whether this process has created or adopted an object."""
        return id in self._created

    def is_deleted(self, id: str) -> bool:
        """Tell whether this process has deleted an object, or left it in Weld as its deletion policy requires."""
        return id in self._deleted

    def managed_ids(self) -> set[str]:
        """Return the objects that resources of the program manage, as far as this process has seen."""
        with self._lock:
            return {*self._created, *(previous.id for previous in self._previous.values())}

    # The state -------------------------------------------------------------------------------------------------

    def entries_in_state(self, urn: str, id: str) -> list[Entry]:
        """Return the entries of the stack's state that manage an object; none where the state cannot be read."""
        with self._lock:
            self._update_state(urn)
            return [entry for entry in self._state or () if entry.manages(id)]

    def last_outputs(self, urn: str, id: str) -> Mapping[str, Any]:
        """Return the last outputs of another resource that has an object; empty if this stack does not manage it."""
        with self._lock:
            previous = [self._previous[owner].outs for owner in self._previous_owners.get(id, ()) if owner != urn]
            in_state = (entry.outs for entry in self.entries_in_state(urn, id) if entry.id == id)
            return previous[0] if previous else next(in_state, {})

    def streams_in_state(self, urn: str, sync_id: str) -> dict[str, Mapping[str, Any]]:
        """Return the outputs of the SourceStreams of a sync in the state, by the name of the stream."""
        with self._lock:
            self._update_state(urn)
            found = [entry.outs for entry in self._state or () if entry.outs.get("elt_sync_id") == sync_id]
            return {str(outs.get("name")): outs for outs in found}

    def former_name(self, urn: str, id: str) -> str | None:
        """Return another resource of the same type that has an object in the state: it may have been renamed."""
        kind = urn.split("::")[2:3]
        others = [entry.urn for entry in self.entries_in_state(urn, id) if entry.urn != urn and entry.id == id]
        return next((other for other in others if other.split("::")[2:3] == kind), None)

    # Deletion --------------------------------------------------------------------------------------------------

    def release(self, urn: str, id: str) -> str | None:
        """Record that a resource is deleted from the stack; return another one that still manages the object.

        None means that it was the last one, so that the object may be deleted.
        """
        with self._lock:
            # A resource that was compared and is not replaced remains, even if an older entry of the same name goes.
            remaining = [*([self._created[id]] if id in self._created else ()), *self._remaining_owners(id)]
            owner = remaining[0] if remaining else self._other_owner_in_state(urn, id)
            self._released.append((urn, id))
            return owner

    def note_deleted(self, id: str) -> None:
        """Record that an object is deleted, or left in Weld as its deletion policy requires."""
        self._deleted.add(id)

    def _remaining_owners(self, id: str) -> list[str]:
        return [urn for urn in self._previous_owners.get(id, ()) if not self._previous[urn].is_replaced]

    def _other_owner_in_state(self, urn: str, id: str) -> str | None:
        # One for each entry: both halves of a replacement have the same URN.
        owners = [entry.urn for entry in self.entries_in_state(urn, id)]
        for gone in [urn, *(released for released, object_id in self._released if object_id == id)]:
            if gone in owners:
                owners.remove(gone)
        return owners[0] if owners else None

    def _update_state(self, urn: str) -> None:
        state = self._read_state(urn)
        if state is not self._state:
            self._state, self._released = state, []


def short_name(urn: str) -> str:
    """Return the name of a resource; "" where its URN is unknown."""
    return urn.rpartition("::")[2] if urn.startswith("urn:") else ""


def alias_advice(urn: str, former: str) -> str:
    """Return the advice for a resource that may have been renamed."""
    return (
        f"If {name_of(urn)} is the new name of {name_of(former)}, write aliases=[pulumi.Alias(name={name_of(former)})] "
        "in its options"
    )


def name_of(urn: str) -> str:
    """Name a resource in a message."""
    return repr(short_name(urn)) if short_name(urn) else "another resource"
