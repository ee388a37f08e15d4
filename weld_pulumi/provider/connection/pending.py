"""A connection that waits for a person: who waits for what, how to see that the person has acted, and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...errors import WeldError, WeldValidationError
from ...schema.attributes import Props
from ..core.context import ProviderContext
from ..core.handler import private_state
from ..core.ownership import CURRENT_URN
from ..core.pending_connections import ConnectionKey, PendingId, is_pending
from .authorization import Outcome, State, is_expired
from .matching import fitting, is_used, newly_authorized
from .reauthorization import was_used

if TYPE_CHECKING:
    from ...api.models import ConnectionInfo

__all__ = [
    "Look",
    "Pending",
    "doubled",
    "link_of",
    "named",
    "settle",
    "tell_candidates",
    "tell_pending",
    "wait_for",
]

#: Seconds for which the list of connections is shared by the resources that wait.
_FRESH = 2.0
#: Seconds before each look at the list for what a used link has made.
_LAG = (0.0, 0.5, 1.5)


# Who waits for what in this process -------------------------------------------------------------------------------


def doubled(key: ConnectionKey) -> str:
    """Say that two resources wait for what looks the same."""
    return (
        f"two Connection resources with integration {key[0]!r} and label {key[1]!r} would wait for a person at once, "
        "and Weld's answers cannot tell them apart. Give one of them another label, or add it when the other one is "
        "authorized."
    )


def wait_for(context: ProviderContext, key: ConnectionKey) -> str:
    """Note in create that a person is asked; return the id that the resource has until then.

    Raises:
        WeldValidationError: another resource waits for the same.
    """
    # An id is stored, and shown, in plain text.
    id = str(PendingId.new("" if context.secrets.is_marked(key.label) else key.label))
    if not context.pending_connections.add(key, id):
        raise WeldValidationError(doubled(key))
    return id


def settle(context: ProviderContext, key: ConnectionKey, connection_id: str | None = None) -> None:
    """Note in create that nobody is waited for any more: the connection is there, or there is none."""
    if connection_id is not None:
        context.ownership.make(CURRENT_URN.get(), connection_id)
    context.pending_connections.finish(key, connection_id)
    context.reads.forget_connections()


def named(props: Mapping[str, Any]) -> str:
    """Name a connection in a message."""
    return f"the connection {props.get('label')!r} ({props.get('integration_id')})"


# A resource of the stack that waits -------------------------------------------------------------------------------


@dataclass
class Look:
    """What Weld tells: the connection if a person has acted, or else why the link is of no use any more, if so.

    ``candidates`` are new connections of which nobody can tell whether they are the one.
    """

    found: ConnectionInfo | None = None
    dead: str = ""
    candidates: list[ConnectionInfo] = field(default_factory=list)


class Pending:
    """A resource that the last run left waiting, with its outputs.

    Attributes:
        id: begins with ``pending-``, or is that of the connection that is to be authorized again.
    """

    def __init__(self, context: ProviderContext, id: str, props: Props) -> None:
        self.id = id
        self._context = context
        self._props = props
        self._memo = private_state(props)

    def hold(self, *keys: ConnectionKey) -> bool:
        """Note for the others that this one waits; False where another one waits for the same."""
        if not is_pending(self.id):
            return True
        return self._context.pending_connections.restore(self.id, ConnectionKey.of(self._props), *keys)

    def release(self) -> None:
        """Note for the others that this one waits no more."""
        self._context.pending_connections.remove(self.id)

    def look(self) -> Look:
        """Ask Weld whether a person has acted."""
        expired = is_expired(self._context, self._props.get("authorize_expires_at"))
        bridge_id = None if expired else self._memo.get("bridge")
        seen = self._look_for_new(bridge_id) if is_pending(self.id) else self._look_again(bridge_id)
        if expired and seen.found is None:
            seen.dead = "has expired"
        return seen

    def _look_for_new(self, bridge_id: str | None) -> Look:
        seen = self._look_at_list(bridge_id, _FRESH)
        if seen.found is None and not seen.candidates and is_used(self._context, bridge_id):
            seen = self._look_for_made(bridge_id)
        return seen

    def _look_at_list(self, bridge_id: str | None, max_age: float) -> Look:
        key, known = ConnectionKey.of(self._props), self._memo.get("known", ())
        connections = self._context.reads.connections(max_age=max_age)
        found = newly_authorized(self._context, connections, known, *key, bridge_id, alone=False)
        return Look(found, candidates=[] if found else fitting(self._context, connections, known, *key))

    def _look_for_made(self, bridge_id: str | None) -> Look:
        """Look for what came of a link that was used: the list is read afresh, and may lag behind."""
        for pause in _LAG:
            self._context.clock.sleep(pause)
            seen = self._look_at_list(bridge_id, 0.0)
            if seen.found is not None or seen.candidates:
                return seen
        return Look(dead="was used, but no connection came of it")

    def _look_again(self, bridge_id: str | None) -> Look:
        label = str(self._props.get("label"))
        return Look(was_used(self._context, self.id, label, self._memo.get("before") or {}, bridge_id))

    def tell(self, seen: Look) -> None:
        """Say what a person has to do."""
        self._context.pending_connections.note_reported(self.id)
        if seen.dead:
            self._context.reporter.warn(
                f"the link to authorize {self._name()} {seen.dead}; `pulumi up` opens a fresh one."
            )
            return
        # No link: a preview is published in comments, and what runs this cannot tell a preview from an `up`.
        self._context.reporter.warn(
            f"{self._name()} still waits for a person. Run `weld-pulumi authorize`, which shows the link, then "
            "`pulumi up` or `pulumi refresh`."
        )
        tell_candidates(self._context, self._props, seen.candidates)

    def tell_leftover(self) -> None:
        """Say, when the resource goes, what its link may have left in Weld."""
        try:
            seen = self.look()
        except WeldError:
            seen = Look()
        if seen.found is not None:
            self._context.reporter.warn(
                f"a person has authorized {self._name()} meanwhile: {seen.found.id}. It stays in Weld and belongs to "
                f"no stack; remove it there, or take it over with adopt={seen.found.id!r}."
            )
        elif not seen.dead:
            self.tell_useless()

    def tell_useless(self) -> None:
        """Say that the link still works, but is of no use any more: Weld has no way to close it."""
        self._context.reporter.info(
            f"nobody waits for {self._name()} any more; its link works until "
            f"{self._props.get('authorize_expires_at')}, so do not open it."
        )

    def _name(self) -> str:
        return named(self._props)


# What is said, and remembered -------------------------------------------------------------------------------------


def tell_candidates(context: ProviderContext, props: Mapping[str, Any], candidates: list[ConnectionInfo]) -> None:
    """Name the new connections of which nobody can tell whether they are the one."""
    if candidates:
        context.reporter.warn(
            f"new in Weld: {'; '.join(c.describe() for c in candidates)}. That may be {named(props)}, but Weld does "
            f"not tell for sure. If so, write its id, as in adopt={candidates[0].id!r}."
        )


_WHY = {
    State.EXPIRED: "is not authorized yet",
    State.CANCELLED: "is not authorized yet, and the run was interrupted",
}


def tell_pending(context: ProviderContext, news: Props, outcome: Outcome) -> None:
    """Say that the run goes on without a person, with the link that is good now."""
    why = _WHY.get(outcome.state, f"was refused in the browser ({outcome.refused})")
    context.reporter.warn(
        f"{named(news)} {why}; its status is PENDING. Run `weld-pulumi authorize`, or open this link, then run "
        f"`pulumi up` or `pulumi refresh`: {outcome.bridge.authorize_url}",
        in_full=True,
    )


def link_of(outcome: Outcome) -> Props:
    """Return the outputs that hold the link."""
    return {"authorize_url": outcome.bridge.authorize_url, "authorize_expires_at": outcome.bridge.expires_at}
