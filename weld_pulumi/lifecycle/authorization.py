"""A person authorises a connection: open a bridge, show its link, wait, recognise the connection.

Weld tells nobody that a bridge was used. So the browser's way back is listened to, and the list of connections is
watched beside it; that also works when the browser is on another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from ..errors import AuthenticationError, WeldApiError, WeldConnectionError, WeldError
from .interruption import end_orphan, is_cancelled, is_orphan, watch_engine
from .listener import Callback, Listener
from .once import send_once
from .recognition import newly_authorized, unlisted
from .session import Session

if TYPE_CHECKING:
    from ..api.models import ConnectionBridge, ConnectionInfo

__all__ = ["Outcome", "Request", "authorize", "await_person", "is_expired", "newly_authorized"]

#: Where the browser goes when nobody listens: Weld's own site.
NOBODY_LISTENS = "https://weld.app"
_BRIDGE_LIFE = timedelta(seconds=86400)
_FIRST_PAUSE, _LAST_PAUSE, _GROWTH = 0.5, 10.0, 1.4
#: Seconds between two looks at whether the run is to end.
_SLICE = 1.0
_COUNTDOWN = 60.0


@dataclass(frozen=True)
class Request:
    """What a person is asked to authorise.

    Attributes:
        integration_id: Weld's id of the integration.
        label: name of the connection.
        timeout: seconds to wait; 0 does not wait.
        redirect_uri: given by the user; then nobody listens, and only the list is watched.
        connection_id: the connection to authorise again; None for a new one.
        known: ids of connections that were there before, none of which can be the new one.
    """

    integration_id: str
    label: str
    timeout: float
    redirect_uri: str | None = None
    connection_id: str | None = None
    known: Collection[str] = ()

    def describe(self) -> str:
        """Name it in one phrase."""
        again = " again" if self.connection_id else ""
        return f"the connection {self.label!r} ({self.integration_id}){again}"


@dataclass
class Outcome:
    """The bridge whose link is good now, and the connection if a person has acted in time.

    ``refused`` is what Weld said when a person refused; that used the first link up, so ``bridge`` is a fresh one.
    """

    bridge: ConnectionBridge
    connection: ConnectionInfo | None = None
    refused: str | None = None
    #: The last look failed.
    failing: bool = field(default=False, repr=False)


Done = Callable[["ConnectionBridge"], "ConnectionInfo | None"]
Opened = Callable[["ConnectionBridge"], object]


def authorize(session: Session, request: Request, done: Done, opened: Opened = lambda _: None) -> Outcome:
    """Open a bridge, print its link, and wait for the person.

    Args:
        session: of this process.
        request: what to authorise.
        done: looks in Weld's lists whether the person has acted; called as soon as the link is printed, and again
            and again. Not called where there is no time to wait.
        opened: is told of a bridge before its link is printed, hence before anybody can have used it.

    Raises:
        WeldError: no bridge can be opened, or the run was interrupted before one was.
    """
    watch_engine()
    if is_cancelled():
        raise WeldError(f"interrupted before a person could be asked to authorise {request.describe()}.")
    if request.redirect_uri or request.timeout <= 0:
        outcome = _shown(session, request, opened, request.redirect_uri or NOBODY_LISTENS)
        if request.timeout > 0:
            _wait(session, request, outcome, done, None)
        return outcome
    with Listener() as listener:
        outcome = _shown(session, request, opened, listener.redirect_uri, listener.state)
        _wait(session, request, outcome, done, listener)
    if outcome.refused:
        outcome.bridge = _shown(session, request, opened, NOBODY_LISTENS).bridge
    return outcome


def await_person(session: Session, request: Request, bridge: ConnectionBridge, done: Done) -> Outcome:
    """Wait for the person at a bridge that is open already, by the lists alone."""
    outcome = Outcome(bridge)
    _wait(session, request, outcome, done, None)
    return outcome


# The link ---------------------------------------------------------------------------------------------------------


def _shown(session: Session, request: Request, opened: Opened, redirect_uri: str, state: str | None = None) -> Outcome:
    with session.lock_for("connection_bridges"):
        bridge = _open(session, request, redirect_uri, state)
    opened(bridge)
    session.notices.info(f"open this link to authorise {request.describe()}: {bridge.authorize_url}", in_full=True)
    return Outcome(bridge)


def _open(session: Session, request: Request, redirect_uri: str, state: str | None) -> ConnectionBridge:
    body = {"integration_id": request.integration_id, "label": request.label, "redirect_uri": redirect_uri}
    if request.connection_id:
        body["connection_id"] = request.connection_id
    if state:
        body["state"] = state
    before = _bridges(session)

    def find() -> ConnectionBridge | None:
        """Look for the bridge of a lost answer: the only new one that may be ours."""
        if before is None:
            return None
        ids = {bridge.id for bridge in before}
        new = [b for b in _bridges(session) or () if b.id not in ids and b.authorize_url and _is_ours(b, body)]
        return new[0] if len(new) == 1 else None

    bridge = send_once(session, lambda: session.client.create_bridge(body), find, "the connection bridge")
    return bridge if bridge.expires_at else bridge.model_copy(update={"expires_at": _in_a_day(session)})


def _bridges(session: Session) -> list[ConnectionBridge] | None:
    """Return the open bridges; None where Weld cannot tell, which is no reason not to open one."""
    try:
        return session.client.list_bridges()
    except AuthenticationError:
        raise
    except (WeldApiError, WeldConnectionError):
        return None


def _is_ours(bridge: ConnectionBridge, body: dict[str, str]) -> bool:
    told = {"integration_id": bridge.integration_id, "label": bridge.label, "state": bridge.state}
    return all(value is None or value == body.get(name) for name, value in told.items())


# The wait ---------------------------------------------------------------------------------------------------------


def _wait(session: Session, request: Request, outcome: Outcome, done: Done, listener: Listener | None) -> None:
    """Wait until the person has acted, the time is over, or the run is to end; the last two look the same."""
    end = session.clock.now() + request.timeout
    told, pause = session.clock.now(), _FIRST_PAUSE
    while True:
        outcome.connection = _look(session, done, outcome)
        left = end - session.clock.now()
        if outcome.connection is not None or left <= 0:
            return
        callback = _pause(session, min(pause, left), listener)
        if callback is not None and listener is not None:
            listener.close()
            listener = None
            outcome.refused = callback.refused
            outcome.connection = _brought(session, request, callback)
        if outcome.connection is not None or outcome.refused or is_cancelled():
            return
        if is_orphan():
            end_orphan()
            raise WeldError(f"interrupted while waiting for a person to authorise {request.describe()}.")
        if session.clock.now() - told >= _COUNTDOWN:
            told = session.clock.now()
            session.notices.info(f"still waiting for {request.describe()}, {max(1, round(left / 60))} min left.")
        pause = min(_LAST_PAUSE, pause * _GROWTH)


def _pause(session: Session, seconds: float, listener: Listener | None) -> Callback | None:
    """Wait, but not longer than until the browser is back or the run is to end."""
    until = session.clock.now() + seconds
    while (left := until - session.clock.now()) > 0 and not is_cancelled() and not is_orphan():
        if listener is None:
            session.clock.sleep(min(left, _SLICE))
        elif (callback := listener.wait(min(left, _SLICE), session.clock.wait)) is not None:
            return callback
    return None


def _look(session: Session, done: Done, outcome: Outcome) -> ConnectionInfo | None:
    try:
        found = done(outcome.bridge)
    except (WeldApiError, WeldConnectionError) as error:
        # The link is out: neither a bad moment nor a refused key must lose what the person makes of it.
        if not outcome.failing:
            session.notices.warn(f"looking for the connection failed and is tried again: {error}")
        outcome.failing = True
        return None
    outcome.failing = False
    return found


def _brought(session: Session, request: Request, callback: Callback) -> ConnectionInfo | None:
    """Return the connection that the browser brought, if it can be the one that was asked for."""
    id = callback.connection_id
    if id is None:
        return None
    if request.connection_id not in (None, id):
        session.notices.warn(
            f"the browser came back with connection {id}, but it was {request.connection_id} that was to be "
            "authorised again; that one stays as it is."
        )
        return None
    if request.connection_id is None and id in request.known:
        session.notices.warn(
            f"the browser came back with connection {id}, which was there before; it is not taken over. "
            f"If it is the one you mean, write adopt={id!r}."
        )
        return None
    try:
        listed = next((c for c in session.client.list_connections() if c.id == id), None)
    except (WeldApiError, WeldConnectionError):
        listed = None
    if listed is not None and listed.integration_id not in (None, request.integration_id):
        session.notices.warn(f"the browser came back with connection {listed.describe()}, of another integration.")
        return None
    # The state proves that Weld sent it, also where the list does not show it yet.
    return listed or unlisted(id, request.label, request.integration_id)


# Its end ----------------------------------------------------------------------------------------------------------


def is_expired(session: Session, expires_at: object) -> bool:
    """Tell whether a link no longer works."""
    try:
        moment = datetime.fromisoformat(str(expires_at).replace("Z", "+00:00"))
    except ValueError:
        return False
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return moment.timestamp() <= session.clock.now()


def _in_a_day(session: Session) -> str:
    return (datetime.fromtimestamp(session.clock.now(), timezone.utc) + _BRIDGE_LIFE).isoformat()
