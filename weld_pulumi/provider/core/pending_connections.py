"""Connections that wait for a person, and the ids of resources that do not exist at Weld yet."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

__all__ = ["ConnectionKey", "PendingConnections", "PendingId", "is_pending"]

_PREFIX = "pending-"


@dataclass(frozen=True)
class PendingId:
    """The id of a resource that does not exist at Weld yet: ``pending-``, eight hex digits, ``-``, a quoted name.

    Attributes:
        token: makes the id unique.
        name: label of the connection, or name of the resource; empty if it is secret or unknown.

    >>> id = PendingId("0badcafe", "Shop (EU)")
    >>> str(id)
    'pending-0badcafe-Shop%20%28EU%29'
    >>> PendingId.parse(str(id)) == id
    True
    """

    token: str
    name: str = ""

    def __str__(self) -> str:
        return f"{_PREFIX}{self.token}-{quote(self.name, safe='')}"

    @classmethod
    def new(cls, name: str) -> PendingId:
        """Return an id that no other resource has."""
        return cls(secrets.token_hex(4), name)

    @classmethod
    def parse(cls, id: object) -> PendingId | None:
        """Return the parts of a pending id, or None for any other value."""
        if not isinstance(id, str) or not id.startswith(_PREFIX):
            return None
        token, _, name = id.removeprefix(_PREFIX).partition("-")
        return cls(token, unquote(name))


def is_pending(id: object) -> bool:
    """Return whether an id is a pending one."""
    return PendingId.parse(id) is not None


class ConnectionKey(NamedTuple):
    """What a person is asked to authorize. Weld's responses do not distinguish two resources with the same key."""

    integration_id: str
    label: str

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> ConnectionKey:
        """Return the key of the inputs or outputs of a connection."""
        return cls(str(props.get("integration_id")), str(props.get("label")))

    @property
    def subject(self) -> str:
        """Name the connection after the words "to authorize"."""
        return f"{self.label!r} ({self.integration_id})"

    def describe(self) -> str:
        """Name the connection in one phrase."""
        return f"the connection {self.subject}"


class PendingConnections:
    """Record which resources of this process wait for a person. Methods may be called from several threads.

    Invariant: for each key at most one resource waits, and one that is authorized stops waiting in the same step in
    which its connection is recorded as matched. So a thread that calls first :meth:`rivals`, then :meth:`matched`, sees
    every other resource in one of them.

    A key is *reserved* in check, for a resource without a link; *added* in create, which opens the link; *restored* in
    diff and read, if an earlier run opened the link. It is free again once the resource is matched or removed, or
    its `create` has finished.
    """

    def __init__(self) -> None:
        #: Key -> the pending id of the resource that waits; empty while the key is only reserved.
        self._waiting: dict[ConnectionKey, str] = {}
        #: Key -> the connection that a person authorized, for the `create` that replaces the pending resource.
        self._authorized: dict[ConnectionKey, str] = {}
        #: Connections that were matched, and the pending ids that their resources had.
        self._matched: set[str] = set()
        self._labels: dict[str, str] = {}
        self._reported: set[str] = set()
        self._lock = threading.RLock()

    # Who waits -------------------------------------------------------------------------------------------------

    def reserve(self, key: ConnectionKey) -> bool:
        """Reserve a key for a new resource; return False if it is not free."""
        with self._lock:
            if key in self._waiting:
                return False
            self._waiting[key] = ""
            return True

    def add(self, key: ConnectionKey, id: str) -> bool:
        """Record that a new resource waits; return False if another one waits for the same key."""
        with self._lock:
            if self._waiting.get(key):
                return False
            self._waiting[key] = id
            self._labels[id] = key.label
            return True

    def restore(self, id: str, key: ConnectionKey, *wanted: ConnectionKey) -> bool:
        """Record that a resource still waits since an earlier run; return False if one of the keys is not free.

        Args:
            id: of the resource.
            key: what its link is for.
            wanted: what the program asks for now, if its label has changed.
        """
        with self._lock:
            self._labels[id] = key.label
            owners = [self._waiting.setdefault(each, id) for each in (key, *wanted)]
            return all(owner == id for owner in owners)

    def remove(self, id: str) -> None:
        """Record that a resource no longer waits."""
        with self._lock:
            self._waiting = {key: owner for key, owner in self._waiting.items() if owner != id}

    def rivals(self, key: ConnectionKey) -> list[ConnectionKey]:
        """Return the keys of the other resources that wait and have a link."""
        with self._lock:
            return [other for other, owner in self._waiting.items() if owner and other != key]

    # Who has been authorized -----------------------------------------------------------------------------------

    def match(self, id: str, connection_id: str, replaced_as: ConnectionKey | None = None) -> None:
        """Record which connection a person authorized for a resource that waits.

        Args:
            id: of the resource.
            connection_id: the connection.
            replaced_as: key of the `create` that is to return the connection, if the resource is to be replaced.
        """
        with self._lock:
            self.remove(id)
            self._matched |= {id, connection_id}
            if replaced_as is not None:
                self._authorized[replaced_as] = connection_id

    def finish(self, key: ConnectionKey, connection_id: str | None = None) -> None:
        """Free a key after `create`, which returned a connection or failed."""
        with self._lock:
            if connection_id is not None:
                self._matched.add(connection_id)
            self._waiting.pop(key, None)

    def take_authorized(self, key: ConnectionKey) -> str | None:
        """Return the connection that was matched to the resource that `create` replaces, if any, and free the key."""
        with self._lock:
            connection_id = self._authorized.pop(key, None)
            if connection_id is not None:
                self._waiting.pop(key, None)
            return connection_id

    def matched(self) -> set[str]:
        """Return the connections that have been matched, and the pending ids that their resources had."""
        with self._lock:
            return set(self._matched)

    # What messages need ----------------------------------------------------------------------------------------

    def rename(self, id: str, label: str) -> None:
        """Record the new label of a resource that waits."""
        with self._lock:
            self._labels[id] = label

    def label_of(self, id: str) -> str:
        """Return the label of a pending connection: that of the program if it is recorded, else that in the id."""
        with self._lock:
            parsed = PendingId.parse(id)
            return self._labels.get(id) or (parsed.name if parsed else "") or id

    def note_reported(self, id: str) -> None:
        """Record that this run has reported that a connection waits."""
        with self._lock:
            self._reported.add(id)

    def is_reported(self, id: str) -> bool:
        """Return whether this run has reported that a connection waits."""
        with self._lock:
            return id in self._reported
