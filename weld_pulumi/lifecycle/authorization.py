"""A person authorises a connection: open a bridge, show its link, wait, recognise the connection.

Weld tells nobody that a bridge was used. So the browser's way back is listened to, and the list of connections is
watched beside it; that also works when the browser is on another machine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from ..api.models import ConnectionBridge, ConnectionInfo
from ..errors import AuthenticationError, WeldApiError, WeldConnectionError, WeldError
from .listener import Callback, Listener
from .once import send_once
from .session import Session

__all__ = ["Outcome", "Request", "authorize", "await_person", "is_expired", "matches", "newly_authorized"]

#: Where the browser goes when nobody listens: Weld's own site.
NOBODY_LISTENS = "https://weld.app"
_BRIDGE_LIFE = timedelta(seconds=86400)
_FIRST_PAUSE, _LAST_PAUSE, _GROWTH = 0.5, 10.0, 1.4
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
    """The bridge, and the connection if a person has acted in time."""

    bridge: ConnectionBridge
    connection: ConnectionInfo | None = None
    refused: str | None = None
    warned: set[str] = field(default_factory=set)


Done = Callable[[ConnectionBridge], "ConnectionInfo | None"]


def authorize(session: Session, request: Request, done: Done) -> Outcome:
    """Open a bridge, print its link, and wait for the person.

    Args:
        session: of this process.
        request: what to authorise.
        done: looks in Weld's lists whether the person has acted.

    Raises:
        WeldError: no bridge can be opened, or the run was interrupted.
    """
    if request.redirect_uri or request.timeout <= 0:
        outcome = Outcome(_open(session, request, request.redirect_uri or NOBODY_LISTENS, None))
        _show(session, request, outcome.bridge)
        if request.timeout > 0:
            _wait(session, request, outcome, done, None)
        return outcome
    with Listener() as listener:
        outcome = Outcome(_open(session, request, listener.redirect_uri, listener.state))
        _show(session, request, outcome.bridge)
        _wait(session, request, outcome, done, listener)
    return outcome


def await_person(session: Session, request: Request, bridge: ConnectionBridge, done: Done) -> Outcome:
    """Wait for the person at a bridge that is open already, by the lists alone."""
    outcome = Outcome(bridge)
    _wait(session, request, outcome, done, None)
    return outcome


def _open(session: Session, request: Request, redirect_uri: str, state: str | None) -> ConnectionBridge:
    body = {"integration_id": request.integration_id, "label": request.label, "redirect_uri": redirect_uri}
    if request.connection_id:
        body["connection_id"] = request.connection_id
    if state:
        body["state"] = state
    before = {bridge.id for bridge in session.client.list_bridges()}

    def find() -> ConnectionBridge | None:
        for bridge in session.client.list_bridges():
            known = bridge.id is None or bridge.id in before or not bridge.authorize_url
            if (
                not known
                and _same(bridge.integration_id, request.integration_id)
                and _same(bridge.label, request.label)
            ):
                return bridge
        return None

    bridge = send_once(session, lambda: session.client.create_bridge(body), find, "the connection bridge")
    return bridge if bridge.expires_at else bridge.model_copy(update={"expires_at": _in_a_day(session)})


def _show(session: Session, request: Request, bridge: ConnectionBridge) -> None:
    session.notices.info(f"open this link to authorise {request.describe()}: {bridge.authorize_url}")


def _wait(
    session: Session,
    request: Request,
    outcome: Outcome,
    done: Done,
    listener: Listener | None,
) -> None:
    parent = os.getppid()
    deadline = session.clock.now() + request.timeout
    told = session.clock.now()
    pause = _FIRST_PAUSE
    while True:
        callback = _pause(session, min(pause, max(0.05, deadline - session.clock.now())), listener)
        if callback is not None and callback.refused:
            outcome.refused = callback.refused
            return
        outcome.connection = _accepted(session, request, callback, outcome) or _look(session, done, outcome)
        if outcome.connection is not None or session.clock.now() >= deadline:
            return
        if os.getppid() != parent or not threading.main_thread().is_alive():
            raise WeldError(f"interrupted while waiting for a person to authorise {request.describe()}.")
        if callback is not None:
            listener = None
        if session.clock.now() - told >= _COUNTDOWN:
            told = session.clock.now()
            left = max(1, round((deadline - told) / 60))
            session.notices.info(f"still waiting for {request.describe()}, {left} min left.")
        pause = min(_LAST_PAUSE, pause * _GROWTH)


def _pause(session: Session, seconds: float, listener: Listener | None) -> Callback | None:
    """Wait, but not longer than until the browser is back; in slices, so that an interruption is noticed soon."""
    while seconds > 0:
        part = min(seconds, 0.5)
        if listener is None:
            session.clock.sleep(part)
        elif (callback := listener.wait(part)) is not None:
            return callback
        if not threading.main_thread().is_alive():
            return None
        seconds -= part
    return None


def _look(session: Session, done: Done, outcome: Outcome) -> ConnectionInfo | None:
    try:
        return done(outcome.bridge)
    except AuthenticationError:
        raise
    except (WeldApiError, WeldConnectionError) as error:
        # The link is out: a bad moment of the network must not end the wait.
        text = f"looking for the connection failed and is tried again: {error}"
        if text not in outcome.warned:
            outcome.warned.add(text)
            session.notices.warn(text)
        return None


def _accepted(session: Session, request: Request, callback: Callback | None, outcome: Outcome) -> ConnectionInfo | None:
    """Return the connection that the browser brought, if it can be the one that was asked for."""
    if callback is None or callback.connection_id is None:
        return None
    id = callback.connection_id
    if request.connection_id not in (None, id) or (request.connection_id is None and id in request.known):
        session.notices.warn(
            f"the browser came back with connection {id}, which was there before; it is not taken over. "
            f"If it is the one you mean, write adopt={id!r}."
        )
        return None
    try:
        listed = next((c for c in session.client.list_connections() if c.id == id), None)
    except (WeldApiError, WeldConnectionError):
        listed = None
    if listed is not None and not _same(listed.integration_id, request.integration_id):
        session.notices.warn(f"the browser came back with connection {listed.describe()}, of another integration.")
        return None
    # The state proves that Weld sent it, also where the list does not show it yet.
    return listed or ConnectionInfo(id=id, label=request.label, integration_id=request.integration_id)


def matches(connection: ConnectionInfo, integration_id: str, label: str) -> bool:
    """Tell whether a connection may be this integration and label, as far as Weld tells."""
    return _same(connection.integration_id, integration_id) and _same(connection.label, label)


def newly_authorized(
    session: Session, connections: Collection[ConnectionInfo], known: Collection[str], integration_id: str, label: str
) -> ConnectionInfo | None:
    """Return the one connection that came up since, fits, and belongs to nobody else here."""
    own = (integration_id, label)
    taken = {*known, *session.made, *(id for key, id in session.authorized.items() if key != own)}
    fitting = [c for c in connections if c.id not in taken and matches(c, integration_id, label)]
    exact = [c for c in fitting if c.integration_id is not None and c.label is not None]
    fitting = exact or fitting
    if len(fitting) > 1:
        listed = "; ".join(connection.describe() for connection in fitting)
        session.notices.warn(
            f"several new connections may be {label!r} ({integration_id}): {listed}. "
            "Write adopt='ID' with the right one."
        )
        return None
    if not fitting:
        return None
    others = [key for key in session.waiting if key != own]
    return None if any(matches(fitting[0], *other) for other in others) else fitting[0]


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


def _same(told: str | None, wanted: str) -> bool:
    return told is None or told == wanted
